//! The suite that walks the whole program.
//!
//! - `agent`: a client of HTTP with a cookie jar; `world`: a school and its one pupil; `relying_party`: an app that checks what it gets
//! - `account`: what people look after themselves once they are signed in
//! - `authorize`, `token`, `userinfo`, `end_session`, `discovery`: one file an endpoint, one test a sentence of the RFC
//! - `announcements`: messages of the school, and the inboxes they lie in
//! - `badges`: cards of the youngest, from the command that prints them to the page that takes them back
//! - `campaigns`: who has joined and who has not, and the reminders of a campaign
//! - `answers`, `pushed`: what the authorization endpoint answers with, and how; requests that were pushed or signed
//! - `carried`: what a browser carries along, shows and keeps, over the whole table of addresses
//! - `charter`: what people agree to when they join, and again when it has changed; how they like to be written to
//! - `codes`: activation codes, from the command that makes them to the parent's account, in a `district`
//! - `counter`: the session at the counter of a school, from the office that opens it to the browser that holds nothing of it
//! - `device`: devices without a browser, and the person who lets one in
//! - `encrypted`: what was signed or encrypted for one client
//! - `dpop`: tokens that are bound to a key, and the proofs that they come with
//! - `enrollment`, `enrollment_limits`: whole claims of pupils, in a `district` with a roster of its own, by a `family` at its browser
//! - `fapi2`: an app of that profile, from the pushed request to the refreshed token
//! - `families`: docs/families says what the guide says
//! - `guardians`: the same for guardians, whose mailbox is the proof
//! - `guide`: what families find before they ask: the guide, what works, each child’s access, the apps that are offered
//! - `http_stage`: a stage that a service of the district makes
//! - `introspection`, `refresh_grace`: what a token is worth, and what becomes of one that is given back or whose answer was lost
//! - `invitations`: guardians invited by mail, from the command to the account
//! - `ladder`: the ladder of `lib.rs`, read from our own `use` lines
//! - `letters`: every letter renders in every language, and every folder of templates/mail/ has a sample
//! - `lists`: imports by the schedule, and families who wait for the lists of the school
//! - `logout`: apps hear that a session is over
//! - `login`, `recovery`, `recovery_limits`, `office`: signing in, getting back in (`back_in` is what they share), and what the school does to an account
//! - `mailed_code`: codes by mail at the door, where the district lets them do, and what a school asks for
//! - `mailed_link`: getting back in by the mailbox on file
//! - `notices`: every change of a credential or an address writes to whoever must know, with the way back
//! - `own_data`: what is held about somebody, taken along and erased
//! - `mtls`: clients that show certificates
//! - `pages`: every page in every state and language renders, strictly, twice the same, with the ids of docs/contract
//! - `passwords`: what a password must be, and passwords that came from another system
//! - `passkeys`: passkeys, from the page that adds one to the sign-in without a name
//! - `provisional`: identifiers and provisional passwords in letters, from the sign-in page to the end
//! - `reach`: tokens for other services, in exchange, and on the word of another issuer
//! - `registration`: apps that register themselves, and keys that stand at addresses of theirs
//! - `reminders`: whoever has not joined hears of it before an invitation or a campaign ends
//! - `secret_jwt`: clients that sign with their secret, and secrets that are exchanged
//! - `secrets`: what opens something once opens that alone, and nothing that stands in the database opens anything
//! - `second_factor`: authenticator apps, recovery codes, and sessions that rise
//! - `sessions`: what a session’s cookie is worth: where, for how long, and after what
//! - `shared_device`: a device that a family shares
//! - `systems`: docs/systems.md has a row for every line, and names tests that exist
//! - `texts`: every text that is used exists in every language, none is unused, and each has the same values everywhere

mod account;
mod address;
mod agent;
mod alarm;
mod announcements;
mod answers;
mod approvals;
mod authorize;
mod back_in;
mod badges;
mod campaigns;
mod carried;
mod charter;
mod codes;
mod counter;
mod device;
mod discovery;
mod district;
mod dpop;
mod encrypted;
mod end_session;
mod enrollment;
mod enrollment_limits;
mod families;
mod family;
mod fapi2;
mod flow_files;
mod guardians;
mod guessing;
mod guide;
mod hosts;
mod http_stage;
mod introspection;
mod invitations;
mod ladder;
mod letters;
mod lists;
mod login;
mod logout;
mod mailed_code;
mod mailed_link;
mod mtls;
mod new_device;
mod notices;
mod office;
mod own_data;
mod pages;
mod passkeys;
mod passwords;
mod provisional;
mod pupil_invites;
mod pushed;
mod reach;
mod recovery;
mod recovery_limits;
mod refresh_grace;
mod registration;
mod relying_party;
mod reminders;
mod second_factor;
mod secret_jwt;
mod secrets;
mod sessions;
mod shared_device;
mod sources;
mod systems;
mod texts;
mod token;
mod userinfo;
mod world;
