//! One answer: slow work first, then one short write in which it is judged, then cookies and a redirect. Of two that
//! race, one takes the journey's turn and the other finds it taken and changes nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;

use super::super::{FrameExtras, PageError, Sent, Visitor, browser_state, cookies, district, page, see_other, session, with_cookie};
use super::held::{self, Held};
use super::{Place, address, look};
use crate::app::App;
use crate::flow::{Answered, Finished, Flow, FlowError, Form, Prepared, Step};
use crate::limits::{self, Network};
use crate::model::draft::SignsInAt;
use crate::model::{Draft, FieldError, Timestamp};
use crate::pages::plain::Challenge;
use crate::random::Secret;
use crate::store::Tx;
use crate::store::journeys::Ending;

/// One answer to one stage.
pub(super) struct Turn<'a> {
    pub app: &'a App,
    pub visitor: &'a Visitor,
    pub flow: &'a Flow,
    pub stage: &'a str,
    pub sent: &'a Sent,
    pub held: Held,
}

/// What came of it, after the commit.
enum Turned {
    /// Another answer was first.
    Lost,
    /// Judged.
    Judged(Answered, Box<Draft>),
}

impl Turn<'_> {
    /// Takes the turn. `ticket` is what the waiting page gave.
    pub async fn take(mut self, ticket: Option<String>) -> Result<Response, PageError> {
        let (app, now) = (self.app, self.visitor.now);
        let mut visitor = self.visitor.clone();
        let keys = &app.tools.keys;
        visitor.origin.challenge_passed =
            ticket.as_ref().is_some_and(|ticket| limits::ticket_is_ripe(keys, &visitor.origin.network, ticket, now));
        self.visitor = &visitor;
        self.held.journey.draft.language = Some(visitor.language);
        let journey = &self.held.journey;
        let look = look(
            app,
            &visitor,
            &Place {
                flow: self.flow,
                journey: Some(journey.id),
                draft: &journey.draft,
                return_to: &journey.return_to,
                action: String::new(),
                here: None,
            },
        );
        let prepared = self.flow.prepare(self.stage, &look, &self.sent.form).await?;
        let next = self.next_secret();
        let turned = app.store.write(async |tx: &Tx| self.judge(tx, prepared, &next).await).await?;
        match turned {
            Turned::Lost if self.held.fresh => Ok(self.go_on(&next)),
            Turned::Lost => Ok(self.lost(&next).await),
            Turned::Judged(answered, draft) => self.respond(answered, *draft, &next, ticket).await,
        }
    }

    /// Another answer was first. If it was this very form, sent twice, both get the same (row E22): a browser may have let
    /// go of the first.
    async fn lost(&self, next: &Secret) -> Response {
        let here = address(self.held.journey.id);
        if self.held.moved {
            let kept = self.app.store.read().journeys().find(self.held.journey.id).await;
            return match kept {
                Ok(Some(kept)) if kept.browser == next.hash() => self.go_on(next),
                _ => see_other(&here),
            };
        }
        match Held::find(self.app, self.visitor, &self.held.journey.id.to_string(), Some(self.sent)).await {
            Ok(held) if held.came_twice() => {
                let to =
                    held.ending.as_ref().filter(|ending| ending.username.is_none()).map_or(here, |ending| ending.to.as_str().to_owned());
                held.restore(see_other(&to))
            }
            _ => see_other(&here),
        }
    }

    /// What opens the journey after this answer.
    fn next_secret(&self) -> Secret {
        match self.held.fresh {
            true => self.held.secret.clone(),
            false => held::next(&self.app.tools.keys, self.held.journey.id, &self.held.secret, self.sent),
        }
    }

    async fn judge(&self, tx: &Tx, prepared: Prepared, next: &Secret) -> Result<Turned, FlowError> {
        let (journey, now, journeys) = (&self.held.journey, self.visitor.now, tx.journeys());
        let mine = match self.held.fresh {
            true => journeys.add(journey, &next.hash()).await?,
            false => journeys.take_turn(journey.id, journey.version, now).await?,
        };
        if !mine {
            return Ok(Turned::Lost);
        }
        if self.held.moved {
            journeys.lead_to(journey.id, &journey.return_to).await?;
        }
        let session_secret = held::session(&self.app.tools.keys, journey.id, &self.held.secret, self.sent);
        let mut draft = journey.draft.clone();
        let mut step = Step {
            tools: &self.app.tools,
            tx,
            draft: &mut draft,
            visitor: &self.visitor.origin,
            journey: journey.id,
            flow: &self.flow.name,
            audience: self.flow.audience,
            session_secret: &session_secret,
            now,
        };
        let answered = self.flow.answer(self.stage, &mut step, &self.sent.form, prepared).await?;
        if let Answered::Finished(Finished::Into(flow)) = &answered {
            self.go_over(&mut step, flow).await?;
        }
        self.keep(tx, &answered, &draft, next).await?;
        Ok(Turned::Judged(answered, Box::new(draft)))
    }

    /// The journey goes on through another flow, in the same browser and by its next cookie.
    async fn go_over(&self, step: &mut Step<'_>, name: &str) -> Result<(), FlowError> {
        let flow = self
            .app
            .flow(name)
            .ok_or_else(|| FlowError::Broken(format!("an account was invited by the flow {name}, which is not loaded")))?;
        if !flow.arrive(&mut step.through(&flow)).await? {
            return Err(FlowError::Broken(format!("the flow {name} asks nothing of somebody who comes from {}", self.flow.name)));
        }
        step.tx.journeys().go_over(self.held.journey.id, name, self.visitor.now + flow.lifetime).await?;
        Ok(())
    }

    /// Writes what the answer brought.
    async fn keep(&self, tx: &Tx, answered: &Answered, draft: &Draft, next: &Secret) -> Result<(), FlowError> {
        let (journey, journeys) = (&self.held.journey, tx.journeys());
        let mut typed = self.held.typed.clone();
        typed.insert(self.stage.to_owned(), without(NEVER_KEPT, &self.sent.form));
        match answered {
            Answered::Next | Answered::Challenge | Answered::Finished(Finished::Into(_)) => {
                journeys.save(journey.id, draft, &typed, &next.hash()).await?;
            }
            Answered::Elsewhere | Answered::Again(_) | Answered::Wait(..) if self.held.fresh => journeys.drop(journey.id).await?,
            Answered::Elsewhere | Answered::Again(_) | Answered::Wait(..) => {
                journeys.save(journey.id, draft, &typed, &self.held.secret.hash()).await?;
            }
            Answered::Finished(finished) => {
                let ending = self.ending(finished);
                journeys.close(journey.id, &ending, &next.hash(), self.visitor.now + ENDING_LIFE).await?;
                // Rows S02, S03: whoever was signed in here before is not any more, also the same person.
                // A session that rose is the same one still, behind another cookie.
                if let (Finished::SignedIn { session, .. }, Some(before)) = (finished, &self.visitor.signed_in)
                    && before.session.id != *session
                {
                    session::end(tx, before, self.visitor.now).await?;
                }
            }
        }
        Ok(())
    }

    fn ending(&self, finished: &Finished) -> Ending {
        let (at, to) = (self.visitor.now, self.held.journey.return_to.clone());
        match finished {
            Finished::SignedIn { session, welcome, .. } => {
                Ending { at, to, session: Some(*session), username: welcome.as_ref().map(|welcome| welcome.username.clone()) }
            }
            Finished::Elsewhere(elsewhere) | Finished::Done(elsewhere) => {
                Ending { at, to: elsewhere.clone(), session: None, username: None }
            }
            Finished::Back | Finished::NotYet | Finished::Into(_) => Ending { at, to, session: None, username: None },
        }
    }

    async fn respond(&self, answered: Answered, draft: Draft, next: &Secret, ticket: Option<String>) -> Result<Response, PageError> {
        match answered {
            Answered::Next => Ok(self.remember(&draft, self.go_on(next))),
            Answered::Elsewhere => Ok(see_other(&address(self.held.journey.id))),
            Answered::Again(errors) => self.again(draft, errors, ticket).await,
            Answered::Wait(errors, until) => self.wait(draft, errors, until).await,
            Answered::Challenge => self.challenge(next).await,
            Answered::Finished(finished) => Ok(self.finish(finished, next)),
        }
    }

    /// On to where the journey stands now.
    fn go_on(&self, next: &Secret) -> Response {
        with_cookie(see_other(&address(self.held.journey.id)), self.cookie(next))
    }

    /// Where somebody signs in is remembered if they ask for it, and forgotten if they do not (E9).
    fn remember(&self, draft: &Draft, response: Response) -> Response {
        // At the counter the pages speak the language that the office chose, and the code was used up.
        if let (true, Some(_), Some(language)) = (self.held.fresh, &draft.counter, draft.language) {
            let response = with_cookie(response, cookies::set(cookies::LANGUAGE, language.tag(), None));
            return with_cookie(response, cookies::clear(cookies::COUNTER));
        }
        let Some(chosen) = draft.signs_in_at.as_ref().map(SignsInAt::word) else { return response };
        match (self.sent.form.0.contains_key("source"), self.sent.form.ticked("remember")) {
            (true, true) => with_cookie(response, cookies::set(cookies::SOURCE, chosen, Some(A_YEAR))),
            (true, false) if self.visitor.origin.source.is_some() => with_cookie(response, cookies::clear(cookies::SOURCE)),
            _ => response,
        }
    }

    fn cookie(&self, secret: &Secret) -> HeaderValue {
        cookies::set_journey(self.held.journey.id, secret, life(self.flow))
    }

    /// The same page with the reasons, and what was typed.
    async fn again(&self, draft: Draft, errors: Vec<FieldError>, ticket: Option<String>) -> Result<Response, PageError> {
        let ticket = ticket.map(|ticket| format!("?ticket={ticket}")).unwrap_or_default();
        let (here, return_to) = (address(self.held.journey.id), &self.held.journey.return_to);
        let place = match self.held.fresh {
            true => Place { flow: self.flow, journey: None, draft: &draft, return_to, action: self.visitor.here.clone(), here: None },
            false => {
                let action = format!("{here}/{}{ticket}", self.stage);
                Place { flow: self.flow, journey: Some(self.held.journey.id), draft: &draft, return_to, action, here: Some(here) }
            }
        };
        let mut response = place.show_wrong(self.app, self.visitor, without(NEVER_SHOWN, &self.sent.form), errors).await?;
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        Ok(response)
    }

    /// The same page, saying truly when the next try counts.
    async fn wait(&self, draft: Draft, errors: Vec<FieldError>, until: Timestamp) -> Result<Response, PageError> {
        let (pages, visitor) = (&self.app.tools.pages, self.visitor);
        let moment = pages.moment(visitor.reading(), until, visitor.now, &district::zone(self.app));
        let wait = pages.wait(visitor.language, until, visitor.now);
        let errors = errors.into_iter().map(|error| error.with("until", moment.as_str()).with("wait", wait.as_str())).collect();
        let mut response = self.again(draft, errors, None).await?;
        *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(until.since(visitor.now).max(1)));
        Ok(response)
    }

    /// The page that waits, and then shows the same stage again with a ticket in its form.
    async fn challenge(&self, next: &Secret) -> Result<Response, PageError> {
        let (tools, now, network) = (&self.app.tools, self.visitor.now, &self.visitor.origin.network);
        let asked = limits::network(&self.app.store.read(), &tools.keys, &tools.policy, network, now).await?;
        let seconds = if let Network::Challenge { seconds } = asked { seconds } else { CHALLENGE_SECONDS };
        let here = address(self.held.journey.id);
        let ticket = limits::ticket(&tools.keys, network, seconds, now);
        let extras = FrameExtras { here: Some(here.clone()), ..FrameExtras::default() };
        let waiting = page(&Challenge { seconds, next: format!("{here}?ticket={ticket}") }, extras);
        Ok(with_cookie(waiting, self.cookie(next)))
    }

    fn finish(&self, finished: Finished, next: &Secret) -> Response {
        let id = self.held.journey.id;
        match finished {
            Finished::Elsewhere(path) | Finished::Done(path) => with_cookie(see_other(path.as_str()), self.cookie(next)),
            Finished::Back => with_cookie(see_other(self.held.journey.return_to.as_str()), self.cookie(next)),
            Finished::NotYet | Finished::Into(_) => self.go_on(next),
            Finished::SignedIn { session, secret, persistent_until, device, welcome, .. } => {
                let to = if welcome.is_some() { address(id) } else { self.held.journey.return_to.as_str().to_owned() };
                let life = |until: Timestamp| Duration::from_secs(u64::try_from(until.since(self.visitor.now)).unwrap_or_default());
                let response = with_cookie(see_other(&to), self.cookie(next));
                let response = with_cookie(response, cookies::set(cookies::SESSION, secret.expose(), persistent_until.map(life)));
                let response = with_cookie(response, browser_state::cookie(&self.app.tools.keys, session));
                match device {
                    Some((device, until)) => with_cookie(response, cookies::set(cookies::DEVICE, device.expose(), Some(life(until)))),
                    None => response,
                }
            }
        }
    }
}

/// How long a journey's cookie lives: signing in, what one does while signed in, and the counter end with the browser; joining and
/// getting back in may go on tomorrow.
pub(super) fn life(flow: &Flow) -> Option<Duration> {
    (!["login", "account", "office", "counter"].contains(&flow.feature.name)).then_some(flow.lifetime)
}

/// What was typed, without fields of these names.
fn without(secrets: &[&str], form: &Form) -> BTreeMap<String, String> {
    let secret = |name: &str| secrets.iter().any(|secret| name.contains(secret));
    let fields = form.0.iter().filter(|(name, value)| !secret(name) && value.len() <= LONGEST_KEPT);
    fields.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// What the store never holds as it was typed.
const NEVER_KEPT: &[&str] = &["password", "answer", "code", "secret", "ideas", "passkey"];
/// What the page with its mistakes does not hold either. Answers it does: one that is too short must not cost the others.
const NEVER_SHOWN: &[&str] = &["password", "code", "secret", "passkey"];
const A_YEAR: Duration = Duration::from_hours(365 * 24);
const LONGEST_KEPT: usize = 300;
const CHALLENGE_SECONDS: u32 = 5;
/// A finished journey says where it led for a day.
const ENDING_LIFE: Duration = Duration::from_hours(24);
