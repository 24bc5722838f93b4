//! Writes the tree as calls of the builder.

use crate::parse::{Element, Node};
use proc_macro::{Delimiter, Group, Span, TokenStream, TokenTree};

/// An expression that makes the whole tree.
pub fn root(nodes: &[Node]) -> TokenStream {
    match nodes {
        [] => source("::yew::Html::default()"),
        [one] => single(one),
        several => fragment(several),
    }
}

/// An error of the compiler.
pub fn refusal(why: &str, span: Span) -> TokenStream {
    let code = source(&format!("::std::compile_error!({why:?})"));
    code.into_iter()
        .map(|mut token| {
            token.set_span(span);
            token
        })
        .collect()
}

fn single(node: &Node) -> TokenStream {
    match node {
        Node::Element(element) => whole_element(element),
        Node::Fragment(nodes) => fragment(nodes),
        Node::Component(tokens) => join([source("::yew::html!"), braced(tokens.clone())]),
        Node::Expr(expr) => join([source("crate::markup::Child::node"), arguments(expr.clone())]),
        Node::Each(_) => fragment(std::slice::from_ref(node)),
        Node::If(asked, then, otherwise) => {
            join([source("if"), asked.clone(), braced(root(then)), source("else"), braced(root(otherwise))])
        }
    }
}

fn fragment(nodes: &[Node]) -> TokenStream {
    let mut body = source("crate::markup::group();");
    children(nodes, &mut body);
    body.extend(source("crate::markup::list()"));
    braced(body)
}

fn whole_element(element: &Element) -> TokenStream {
    let mut body = opened(element);
    body.extend(source("crate::markup::close()"));
    braced(body)
}

/// Everything of an element but its end.
fn opened(element: &Element) -> TokenStream {
    let special = |name: &str| {
        name.starts_with("on")
            || matches!(name, "ref" | "key")
            || element.tag == "input" && matches!(name, "value" | "checked")
            || element.tag == "textarea" && name == "value"
    };
    let (special, plain): (Vec<_>, Vec<_>) = element.attributes.iter().partition(|(name, _)| special(name));
    let tag = &element.tag;
    let is_fixed = plain.iter().all(|(_, value)| text_of(value).is_some());
    let (mut fixed, mut keys) = (String::new(), String::new());
    for (name, value) in &plain {
        if is_fixed {
            fixed += &format!("({name:?}, ::yew::virtual_dom::AttributeOrProperty::Static({value})),");
        } else {
            keys += &format!("{name:?},");
        }
    }
    let tag = format!("&crate::markup::Tag {{ name: {tag:?}, fixed: &[{fixed}], keys: &[{keys}] }}");
    let mut body = source(&format!("crate::markup::open({tag});"));
    for (_, value) in plain.into_iter().filter(|_| !is_fixed) {
        call("attribute", value.clone(), &mut body);
    }
    for (name, value) in special {
        if name.starts_with("on") {
            let listener = source(&format!("::yew::html::{name}::Wrapper::__macro_new"));
            call("on", join([listener, arguments(value.clone())]), &mut body);
        } else {
            call(if name == "ref" { "refer" } else { name }, value.clone(), &mut body);
        }
    }
    children(&element.children, &mut body);
    body
}

fn children(nodes: &[Node], body: &mut TokenStream) {
    for node in nodes {
        match node {
            Node::Expr(expr) => match text_of(expr) {
                Some(_) => call("text", expr.clone(), body),
                None => call("child", expr.clone(), body),
            },
            Node::Each(iterator) => call("each", iterator.clone(), body),
            Node::Element(element) => {
                body.extend(opened(element));
                body.extend(source("crate::markup::attach();"));
            }
            Node::Fragment(_) | Node::Component(_) | Node::If(..) => call("child", single(node), body),
        }
    }
}

/// Whether an expression is a literal text.
fn text_of(expr: &TokenStream) -> Option<String> {
    let mut tokens = expr.clone().into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Literal(literal)), None) => {
            Some(literal.to_string()).filter(|text| text.starts_with('"'))
        }
        _ => None,
    }
}

fn call(method: &str, argument: TokenStream, body: &mut TokenStream) {
    body.extend(join([source(&format!("crate::markup::{method}")), arguments(argument), source(";")]));
}

fn source(text: &str) -> TokenStream {
    text.parse().expect("what this file writes is Rust")
}

fn join<const N: usize>(parts: [TokenStream; N]) -> TokenStream {
    parts.into_iter().collect()
}

fn arguments(inner: TokenStream) -> TokenStream {
    TokenTree::Group(Group::new(Delimiter::Parenthesis, inner)).into()
}

fn braced(inner: TokenStream) -> TokenStream {
    TokenTree::Group(Group::new(Delimiter::Brace, inner)).into()
}
