//! From a scenario that breaks a property to a small one that still does.

use consensus_kernel::{Duration, Params, Ratio, Time};
use consensus_scenario::{Latency, Network, Scenario};

/// Ends a run right after this moment, and halves the time while it still fails: what is tried after that takes as much
/// less. For what goes wrong at a moment; a promise to decide needs its time.
pub fn shorten(scenario: &Scenario, at: Time, mut fails: impl FnMut(&Scenario) -> bool) -> Scenario {
    let until = |until: Time, of: &Scenario| {
        let mut shorter = Scenario { until, deadline: of.deadline.map(|d| d.min(until)), ..of.clone() };
        shorter.script.retain(|timed| timed.at < until);
        shorter
    };
    let mut best = scenario.clone();
    let at_once = until(at + Duration(1), &best);
    if at_once.until < best.until && fails(&at_once) {
        best = at_once;
    }
    loop {
        let shorter = until(Time(best.until.0 / 2), &best);
        if shorter.until == Time::ZERO || !fails(&shorter) {
            return best;
        }
        best = shorter;
    }
}

/// Simplifies a scenario for as long as `fails` says that the simpler one still fails, at most `tries` times. The result
/// is 1-minimal where the tries suffice: no single action, liar, skew or network trouble can be taken away.
pub fn shrink(scenario: &Scenario, tries: usize, mut fails: impl FnMut(&Scenario) -> bool) -> Scenario {
    let mut best = scenario.clone();
    let mut left = tries;
    let mut attempt = |best: &mut Scenario, simpler: Scenario| {
        if left == 0 || simpler == *best {
            return false;
        }
        left -= 1;
        let better = fails(&simpler);
        if better {
            *best = simpler;
        }
        better
    };
    let mut chunk = best.script.len().div_ceil(2);
    while chunk > 0 {
        let mut start = 0;
        while start < best.script.len() {
            let mut simpler = best.clone();
            simpler.script.drain(start..(start + chunk).min(best.script.len()));
            if !attempt(&mut best, simpler) {
                start += chunk;
            }
        }
        chunk /= 2;
    }
    loop {
        let mut progress = false;
        for simpler in simpler_ones(&best) {
            progress |= attempt(&mut best, simpler);
            if progress {
                break;
            }
        }
        if !progress {
            return best;
        }
    }
}

/// Scenarios that are one step simpler.
fn simpler_ones(scenario: &Scenario) -> Vec<Scenario> {
    let mut found = Vec::new();
    let mut with = |change: &dyn Fn(&mut Scenario)| {
        let mut simpler = scenario.clone();
        change(&mut simpler);
        if simpler != *scenario {
            found.push(simpler);
        }
    };
    for i in 0..scenario.script.len() {
        with(&|s| {
            s.script.remove(i);
        });
    }
    for i in 0..scenario.byzantine.len() {
        with(&|s| {
            s.byzantine.remove(i);
        });
    }
    with(&|s| s.skews.clear());
    with(&|s| s.network = Network { latency: s.network.latency, ..Network::usual(s.meta) });
    with(&|s| s.network.loss = Ratio::ZERO);
    with(&|s| s.network.duplicate = Ratio::ZERO);
    with(&|s| s.network.gst = None);
    with(&|s| s.network.fifo = false);
    with(&|s| s.network.latency = Latency::Constant(Duration::millis(10)));
    // Another fault model would be another question.
    let variant = scenario.meta.variants.map(|variants| variants.param);
    with(&|s| {
        let before = core::mem::replace(&mut s.params, Params::defaults(s.meta.params));
        variant.into_iter().for_each(|i| s.params.0[i] = before.0[i].clone());
    });
    for i in (0..scenario.params.0.len()).filter(|i| variant != Some(*i)) {
        with(&|s| s.params.0[i] = s.meta.params[i].kind.default_value());
    }
    with(&|s| s.gap = Duration::ZERO);
    if scenario.requests > 1 {
        with(&|s| s.requests -= 1);
    }
    found
}
