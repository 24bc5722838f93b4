//! What a visitor can take away of a run: its pictures, its events, and the scenario itself, as files.

use super::share::copied;
use crate::compare::growth;
use crate::files;
use crate::markup::html;
use crate::model::Model;
use crate::part::part;
use crate::shown::Shown;
use crate::stage::seen;
use consensus_figure::layout;
use consensus_figure::legend::{Entry, Seen, entries};
use consensus_figure::moment::{Moment, Show, ask, draw, usual_delay_us};
use consensus_figure::palette::Theme;
use consensus_figure::shape::Scene;
use consensus_figure::spacetime::{Look, Window, draw_window};
use consensus_figure::values::Values;
use consensus_figure::{lineage, mermaid, panels, svg, table};
use consensus_kernel::Panel;
use consensus_lab::Session;
use consensus_scenario::print_file;
use yew::functional::Hook;
use yew::platform::spawn_local;
use yew::prelude::*;

/// Size of a picture of the stage, and of the diagram.
const STAGE: (f64, f64) = (860.0, 600.0);
const DIAGRAM: (f64, f64) = (1_100.0, 420.0);
/// Size of a plot.
const PLOT: (f64, f64) = (640.0, 340.0);
/// Usual delays in a diagram that the page has not drawn itself.
const DELAYS: f64 = 22.0;
/// Most events in a table, in a trace (that one is to be opened again, and files have a bound), in a sequence diagram.
const ROWS: u64 = 20_000;
const TRACE: u64 = 2_000;
const LINES: u64 = 400;

/// A picture that can be taken away.
#[derive(Clone, Copy, PartialEq)]
enum View {
    /// The moment of one contestant.
    Stage(usize),
    /// The space–time diagram.
    Diagram,
    /// A view over all nodes, by its place.
    Panel(usize),
    /// A plot of the comparison.
    Plot(usize),
}

/// What is made of the events.
#[derive(Clone, Copy, PartialEq)]
enum Format {
    Mermaid,
    Csv,
    Json,
    Scenario,
    /// A view over all nodes, by its place, as a table.
    Panel(usize),
}

/// What was made last, for a frame whose browser refuses to save it.
#[derive(Clone, PartialEq)]
enum Made {
    Text(String),
    Pixels(String),
}

/// The part of the dialog.
pub fn take(props: Shown) -> Html {
    part("take", props, |ctx, props| use_take(props).run(ctx))
}

#[hook]
fn use_take(props: &Shown) -> Html {
    let told = use_state(String::new);
    let made = use_state(|| None::<Made>);
    let (views, here, known) = props.store.with(|m| {
        let session = m.session();
        (views(m), session.position().event, session.frontier().event)
    });
    let done = {
        let (told, made) = (told.setter(), made.setter());
        move |name: &str, what: Made| match (&what, files::is_caged()) {
            (_, true) => {
                told.set(format!("{name}: if this frame may not save it, take it from here."));
                made.set(Some(what));
            }
            (Made::Text(text), false) => {
                files::save(name, text);
                told.set(format!("Saved as {name}."));
            }
            (Made::Pixels(address), false) => {
                files::save_from(name, address);
                told.set(format!("Saved as {name}."));
            }
        }
    };
    let picture = |view: View, pixels: bool| {
        let (store, done, told) = (props.store.clone(), done.clone(), told.setter());
        Callback::from(move |_: MouseEvent| {
            let (done, told) = (done.clone(), told.clone());
            let (name, text) = store.with(|m| (file_name(m, view), print(m, view)));
            if !pixels {
                return done(&format!("{name}.svg"), Made::Text(text));
            }
            spawn_local(async move {
                match files::pixels(&text).await {
                    Some(address) => done(&format!("{name}.png"), Made::Pixels(address)),
                    None => told.set("This browser cannot draw that; take it as SVG.".to_owned()),
                }
            });
        })
    };
    let text = |format: Format| {
        let (store, done) = (props.store.clone(), done.clone());
        Callback::from(move |_: MouseEvent| {
            let (name, text) = store.with(|m| written(m, format));
            done(&name, Made::Text(text));
        })
    };
    let span = |most| {
        let (from, to) = stretch(here, known, most);
        if to - from < known { format!("events {from} to {to}") } else { format!("all {known} events") }
    };
    let row = |label: &str, what: Vec<(&'static str, Callback<MouseEvent>)>| {
        html! {
            <li>
                <span>{ label.to_owned() }</span>
                { for what.into_iter().map(|(kind, onclick)| html! {
                    <button {onclick} aria-label={format!("{label} as {kind}")}>{ kind }</button>
                }) }
            </li>
        }
    };
    html! {
        <div class="take">
            <h3>{ "Take away" }</h3>
            <ul>
                { for views.iter().map(|(view, label)| {
                    let mut all = vec![("SVG", picture(*view, false)), ("PNG", picture(*view, true))];
                    if let View::Panel(i) = *view {
                        all.push(("CSV", text(Format::Panel(i))));
                    }
                    row(label, all)
                }) }
                { row(&format!("Table, {}", span(ROWS)), vec![("CSV", text(Format::Csv))]) }
                { row(&format!("Trace, {}", span(TRACE)), vec![("JSON", text(Format::Json))]) }
                { row(&format!("Sequence diagram, {}", span(LINES)), vec![("Mermaid", text(Format::Mermaid))]) }
                { row("Scenario", vec![("File", text(Format::Scenario))]) }
            </ul>
            <p class="quiet" role="status">{ (*told).clone() }</p>
            { match &*made {
                Some(Made::Text(text)) => copied("What was made", text.clone(), 6),
                Some(Made::Pixels(address)) => html! { <img src={address.clone()} alt="What was made" /> },
                None => Html::default(),
            } }
            { files::open_file(&props.store) }
        </div>
    }
}

/// The pictures that there are now, and what each is called.
fn views(m: &Model) -> Vec<(View, String)> {
    let many = m.contestants() > 1;
    let stage = |who: usize| {
        let name = if many { format!("Picture of {}", m.contestant_name(who)) } else { "Picture".to_owned() };
        (View::Stage(who), name)
    };
    let mut all: Vec<(View, String)> = (0..m.contestants()).map(stage).collect();
    all.push((View::Diagram, "Space–time diagram".to_owned()));
    for (i, panel) in m.session().panels().iter().enumerate() {
        all.push((View::Panel(i), panels::title(panel).to_owned()));
    }
    let plots = growth::plots(m, PLOT).unwrap_or_default();
    all.extend(plots.into_iter().enumerate().map(|(i, plot)| (View::Plot(i), plot.title)));
    all
}

fn file_name(m: &Model, view: View) -> String {
    let of = |who: usize| m.contestant(who).scenario().meta.id;
    match view {
        View::Stage(who) => format!("{}-picture", of(who)),
        View::Diagram => format!("{}-diagram", of(0)),
        View::Panel(i) => format!("{}-panel-{i}", of(0)),
        View::Plot(i) => format!("growth-{i}"),
    }
}

fn print(m: &Model, view: View) -> String {
    let theme = if crate::theme::is_dark() { Theme::Dark } else { Theme::Light };
    let (scene, legend) = match view {
        View::Stage(0) => stage(m.session(), seen(m)),
        View::Stage(who) => stage(m.contestant(who), (Moment::of(m.contestant(who)), Show::default())),
        View::Diagram => {
            let window = m.diagram.get().unwrap_or_else(|| around(m));
            let look = Look { event: m.selected_event(), ..m.look };
            (draw_window(m.session(), window, look, DIAGRAM.0, DIAGRAM.1), Vec::new())
        }
        View::Panel(i) => match m.session().panels().get(i) {
            Some(Panel::Blocks(blocks)) => (lineage::draw(blocks), Vec::new()),
            Some(panel) => (panels::rows(panel).draw(), Vec::new()),
            None => Default::default(),
        },
        View::Plot(i) => {
            let plots = growth::plots(m, PLOT).unwrap_or_default();
            (plots.into_iter().nth(i).unwrap_or_default(), Vec::new())
        }
    };
    svg::print(&scene, &legend, theme)
}

fn stage(session: &dyn Session, (mut moment, show): (Moment, Show)) -> (Scene, Vec<Entry>) {
    let mut seen = Seen::default();
    seen.note(&session.metrics(), &moment.nodes, &moment.flights, &moment.losses);
    let placement = layout::place(&ask(moment.meta.layout, &moment.nodes, STAGE.0, STAGE.1));
    moment.tags = Values::default().of_liars(session, &moment, placement.roomy);
    (draw(&moment, &placement, Show { messages: true, ..show }), entries(moment.meta, &seen))
}

/// The time around the cursor.
fn around(m: &Model) -> Window {
    let span = DELAYS * usual_delay_us(m.scenario().network.latency).max(1.0);
    let from_us = (m.clock_us - span * 0.6).max(0.0);
    Window { from_us, to_us: from_us + span }
}

/// At most so many events, around the cursor.
fn stretch(here: u64, known: u64, most: u64) -> (u64, u64) {
    let from = here.saturating_sub(most * 3 / 4).min(known.saturating_sub(most));
    (from, known.min(from + most))
}

fn written(m: &Model, format: Format) -> (String, String) {
    let session = m.session();
    let (most, ending) = match format {
        Format::Mermaid => (LINES, "mmd"),
        Format::Csv => (ROWS, "csv"),
        Format::Json => (TRACE, "json"),
        Format::Scenario => (0, "scenario"),
        Format::Panel(i) => {
            let rows = session.panels().get(i).map(panels::rows);
            return (
                format!("{}-panel-{i}.csv", m.meta().id),
                rows.map_or_else(String::new, |rows| rows.csv()),
            );
        }
    };
    let (from, to) = stretch(session.position().event, session.frontier().event, most);
    let file = print_file(&m.link());
    let text = match format {
        Format::Mermaid => mermaid::sequence(session, from, to),
        Format::Csv => table::csv(session, from, to),
        Format::Json => table::json(session, &file, from, to),
        Format::Scenario | Format::Panel(_) => file,
    };
    (format!("{}.{ending}", m.meta().id), text)
}
