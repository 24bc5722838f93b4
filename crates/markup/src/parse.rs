//! Reads the notation into a tree.

use proc_macro::{Delimiter, Group, Span, TokenStream, TokenTree};
use std::iter::Peekable;

/// One thing that stands in the markup.
pub enum Node {
    /// An element of the document.
    Element(Element),
    /// Several nodes without an element around them.
    Fragment(Vec<Node>),
    /// A component, as it stands.
    Component(TokenStream),
    /// `{ expr }`.
    Expr(TokenStream),
    /// `{ for iterator }`.
    Each(TokenStream),
    /// `if condition { … } else { … }`.
    If(TokenStream, Vec<Node>, Vec<Node>),
}

/// An element of the document.
pub struct Element {
    pub tag: String,
    pub attributes: Vec<(String, TokenStream)>,
    pub children: Vec<Node>,
}

/// What cannot be read, and where.
pub type Wrong = (String, Span);

type Tokens = Peekable<proc_macro::token_stream::IntoIter>;

/// All nodes of the markup.
pub fn nodes(input: TokenStream) -> Result<Vec<Node>, Wrong> {
    let mut tokens = input.into_iter().peekable();
    let mut nodes = Vec::new();
    while tokens.peek().is_some() {
        nodes.push(node(&mut tokens)?);
    }
    Ok(nodes)
}

fn node(tokens: &mut Tokens) -> Result<Node, Wrong> {
    match tokens.next() {
        Some(TokenTree::Punct(p)) if p.as_char() == '<' => opened(tokens, TokenTree::Punct(p)),
        Some(TokenTree::Group(g)) if g.delimiter() == Delimiter::Brace => Ok(braces(&g)),
        Some(TokenTree::Ident(word)) if word.to_string() == "if" => condition(tokens),
        Some(text @ TokenTree::Literal(_)) => Ok(Node::Expr(text.into())),
        other => Err(unexpected(other, "an element, `{ … }` or `if`")),
    }
}

fn braces(group: &Group) -> Node {
    let mut inner = group.stream().into_iter().peekable();
    if matches!(inner.peek(), Some(TokenTree::Ident(word)) if word.to_string() == "for") {
        inner.next();
        return Node::Each(inner.collect());
    }
    Node::Expr(group.stream())
}

fn condition(tokens: &mut Tokens) -> Result<Node, Wrong> {
    let mut asked = TokenStream::new();
    let then = loop {
        match tokens.next() {
            Some(TokenTree::Group(g)) if g.delimiter() == Delimiter::Brace => break nodes(g.stream())?,
            Some(token) => asked.extend([token]),
            None => return Err(unexpected(None, "`{`")),
        }
    };
    let mut otherwise = Vec::new();
    if matches!(tokens.peek(), Some(TokenTree::Ident(word)) if word.to_string() == "else") {
        tokens.next();
        otherwise = match tokens.next() {
            Some(TokenTree::Group(g)) => nodes(g.stream())?,
            Some(TokenTree::Ident(word)) if word.to_string() == "if" => vec![condition(tokens)?],
            other => return Err(unexpected(other, "`{` or `if`")),
        };
    }
    Ok(Node::If(asked, then, otherwise))
}

/// Behind a `<`.
fn opened(tokens: &mut Tokens, open: TokenTree) -> Result<Node, Wrong> {
    match tokens.next() {
        Some(TokenTree::Punct(p)) if p.as_char() == '>' => Ok(Node::Fragment(until_closed(tokens)?)),
        Some(TokenTree::Ident(word)) => {
            let name = word.to_string();
            let path = matches!(tokens.peek(), Some(TokenTree::Punct(p)) if p.as_char() == ':');
            if path || name.starts_with(char::is_uppercase) {
                component(tokens, [open, TokenTree::Ident(word)])
            } else {
                element(tokens, name)
            }
        }
        other => Err(unexpected(other, "a name")),
    }
}

fn element(tokens: &mut Tokens, tag: String) -> Result<Node, Wrong> {
    let mut attributes = Vec::new();
    loop {
        match tokens.next() {
            Some(TokenTree::Punct(p)) if p.as_char() == '>' => {
                let children = until_closed(tokens)?;
                return Ok(Node::Element(Element { tag, attributes, children }));
            }
            Some(TokenTree::Punct(p)) if p.as_char() == '/' => {
                tokens.next();
                return Ok(Node::Element(Element { tag, attributes, children: Vec::new() }));
            }
            Some(TokenTree::Group(g)) => attributes.push((g.stream().to_string(), g.stream())),
            Some(TokenTree::Ident(word)) => attributes.push(attribute(tokens, word.to_string())?),
            other => return Err(unexpected(other, "an attribute or `>`")),
        }
    }
}

fn attribute(tokens: &mut Tokens, mut name: String) -> Result<(String, TokenStream), Wrong> {
    loop {
        match tokens.next() {
            Some(TokenTree::Punct(p)) if p.as_char() == '=' => break,
            Some(TokenTree::Punct(p)) if p.as_char() == '-' => name.push('-'),
            Some(TokenTree::Ident(word)) => name.push_str(&word.to_string()),
            other => return Err(unexpected(other, "`=`")),
        }
    }
    match tokens.next() {
        Some(TokenTree::Group(g)) if g.delimiter() == Delimiter::Brace => Ok((name, g.stream())),
        Some(token @ (TokenTree::Literal(_) | TokenTree::Ident(_))) => Ok((name, token.into())),
        other => Err(unexpected(other, "a value")),
    }
}

/// A component, up to its end.
fn component(tokens: &mut Tokens, start: [TokenTree; 2]) -> Result<Node, Wrong> {
    let mut whole = TokenStream::from_iter(start);
    let mut depth = 1;
    let mut last = ' ';
    while depth > 0 {
        let token = tokens.next().ok_or_else(|| unexpected(None, "the end of the component"))?;
        let sign = if let TokenTree::Punct(p) = &token { p.as_char() } else { ' ' };
        match (last, sign) {
            ('/', '>') => depth -= 1,
            ('<', '/') => depth -= 2,
            (_, '<') => depth += 1,
            _ => {}
        }
        last = sign;
        whole.extend([token]);
        if last == '/' && depth == 0 {
            whole.extend(closing(tokens)?);
        }
    }
    Ok(Node::Component(whole))
}

/// The rest of a closing tag.
fn closing(tokens: &mut Tokens) -> Result<TokenStream, Wrong> {
    let mut rest = TokenStream::new();
    loop {
        let token = tokens.next().ok_or_else(|| unexpected(None, "`>`"))?;
        let last = matches!(&token, TokenTree::Punct(p) if p.as_char() == '>');
        rest.extend([token]);
        if last {
            return Ok(rest);
        }
    }
}

/// Children, up to and with the closing tag around them.
fn until_closed(tokens: &mut Tokens) -> Result<Vec<Node>, Wrong> {
    let mut children = Vec::new();
    loop {
        match tokens.next() {
            Some(TokenTree::Punct(p)) if p.as_char() == '<' => {
                if matches!(tokens.peek(), Some(TokenTree::Punct(p)) if p.as_char() == '/') {
                    return closing(tokens).map(|_| children);
                }
                children.push(opened(tokens, TokenTree::Punct(p))?);
            }
            Some(TokenTree::Group(g)) if g.delimiter() == Delimiter::Brace => children.push(braces(&g)),
            Some(TokenTree::Ident(word)) if word.to_string() == "if" => children.push(condition(tokens)?),
            other => return Err(unexpected(other, "a child or the closing tag")),
        }
    }
}

fn unexpected(found: Option<TokenTree>, wanted: &str) -> Wrong {
    match found {
        Some(token) => (format!("expected {wanted}, found `{token}`"), token.span()),
        None => (format!("expected {wanted}, found the end"), Span::call_site()),
    }
}
