//! Opens the page's first run, and another one when the address changes.

use crate::address::{self, Fragment};
use crate::model::{Model, natural_speed};
use crate::presentation::Presentation;
use consensus_lab::{Studio, catalogue};
use consensus_lessons::gallery::{Lesson, opening};
use consensus_lessons::{Place, Subject};
use consensus_scenario::{Link, Pause, Scenario, When, parse};

/// The model that an address asks for; a sentence only if no run at all can be opened.
pub fn open(fragment: Fragment, presentation: &Presentation) -> Result<Model, String> {
    let place = Place::read(&fragment.text);
    let first = catalogue().first().ok_or("No protocol is built into this page.")?;
    let Asked { scenario, lesson, digest, rivals, pauses, mut sentences } = asked(fragment, place.is_some());
    let studio = match Studio::new(scenario) {
        Ok(studio) => studio,
        Err(e) => {
            sentences.push(format!(
                "The link's scenario cannot run: {}: {}. An example is shown instead.",
                e.key, e.why
            ));
            let example = example().map_or_else(|| Scenario::new(first), |(link, _)| link.scenario);
            Studio::new(example).or_else(|_| Studio::new(Scenario::new(first))).map_err(|e| e.why)?
        }
    };
    let mut model = Model::new(studio);
    model.lesson = lesson.filter(|_| sentences.is_empty());
    model.expected_digest = digest.filter(|_| sentences.is_empty());
    model.notices = sentences;
    model.set_rivals(&rivals);
    model.set_pauses(pauses);
    present(&mut model, presentation);
    if let Some(place) = place {
        go(&mut model, place, presentation);
    }
    Ok(model)
}

/// Goes to a lesson or a mission.
fn go(model: &mut Model, place: Place, presentation: &Presentation) {
    match place {
        Place::Step(guided, at) => model.enter(guided, at),
        Place::Mission(mission) => model.begin_mission(mission),
    }
    if presentation.play == Some(false) {
        model.finish_step();
    }
    model.speed = presentation.speed.unwrap_or(model.speed);
}

/// Puts another fragment on the bench of a running page. If it is wrong anywhere, what is on the bench stays.
pub fn reopen(model: &mut Model, fragment: Fragment, presentation: &Presentation) {
    if let Some(place) = Place::read(&fragment.text) {
        return go(model, place, presentation);
    }
    let Asked { scenario, lesson, digest, rivals, pauses, sentences } = asked(fragment, false);
    if !sentences.is_empty() {
        model.notice("What was to be opened is not as it should be, so the last run stays:".to_owned());
        sentences.into_iter().skip(1).for_each(|sentence| model.notice(sentence));
        return;
    }
    match model.replace(scenario) {
        Ok(()) => {
            model.lesson = lesson;
            model.expected_digest = digest;
            model.set_rivals(&rivals);
            model.set_pauses(pauses);
            present(model, presentation);
        }
        Err(e) => model.notice(format!("The scenario cannot run: {}: {}. The last one stays.", e.key, e.why)),
    }
}

/// Where the cursor stands and how fast time passes at first.
fn present(model: &mut Model, presentation: &Presentation) {
    model.speed = presentation.speed.unwrap_or_else(|| natural_speed(model.scenario()));
    match presentation.start {
        Some(When::Event(event)) => model.seek_event(event),
        Some(When::Time(at)) => model.seek_time(at.0 as f64),
        _ => {}
    }
    let stands = presentation.start.is_some() || model.standing().is_some();
    model.playing = presentation.play.unwrap_or(!stands && !model.reduced_motion);
}

const NO_LESSON: &str = "The link leads to no lesson that there is. All are in the gallery.";

/// What an address asks for.
struct Asked {
    scenario: Scenario,
    lesson: Option<Subject>,
    digest: Option<String>,
    rivals: Vec<Scenario>,
    pauses: Vec<Pause>,
    sentences: Vec<String>,
}

/// `elsewhere`: the address leads to a lesson or a mission, which brings its own scenario.
fn asked(fragment: Fragment, elsewhere: bool) -> Asked {
    let bare = fragment.text.trim_start_matches(['#', '/']);
    let astray = !elsewhere && ["lesson/", "mission/"].iter().any(|way| bare.starts_with(way));
    if (bare.is_empty() || elsewhere || astray)
        && let Some((link, lesson)) = example()
    {
        return Asked {
            scenario: link.scenario,
            lesson: Some(Subject::Lesson(lesson)),
            digest: None,
            rivals: Vec::new(),
            pauses: link.pauses,
            sentences: astray.then(|| NO_LESSON.to_owned()).into_iter().collect(),
        };
    }
    let (link, sentences) = address::read(fragment);
    Asked {
        lesson: lesson_of(&link.scenario),
        scenario: link.scenario,
        digest: link.digest,
        rivals: link.rivals,
        pauses: link.pauses,
        sentences,
    }
}

/// What a scenario shows, if it is one of those that show something.
pub fn lesson_of(scenario: &Scenario) -> Option<Subject> {
    let same = |s: &Subject| parse(&s.link(), catalogue()).is_ok_and(|link| link.scenario == *scenario);
    Subject::of(scenario.meta.id).find(same)
}

/// What the page opens on by itself.
pub fn example() -> Option<(Link, &'static Lesson)> {
    let lesson = opening()?;
    Some((parse(lesson.link, catalogue()).ok()?, lesson))
}
