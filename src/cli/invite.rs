//! `preau invite`: mails guardians a security code and a link, by which they join.

use clap::Args;
use serde_json::json;

use crate::app::App;
use crate::console::Answer;
use crate::enrollment::inviting::{self, Invitation, Invited};
use crate::enrollment::issuing::Refused;

/// What `invite` takes.
#[derive(Debug, Args)]
pub struct Invite {
    /// Who.
    #[command(flatten)]
    pub whom: Whom,
    /// Also those who hold a code that still opens: they get another, and it dies.
    #[arg(long)]
    pub again: bool,
    /// Count, and send nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// Who is invited.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Whom {
    /// These guardians, by their sourcedId in the roster.
    #[arg(long, value_name = "ID", num_args = 1..)]
    pub guardian: Vec<String>,
    /// The guardians of this school's pupils, by its sourcedId.
    #[arg(long, value_name = "ID")]
    pub school: Option<String>,
    /// Every guardian of the district.
    #[arg(long)]
    pub all: bool,
}

/// Does it. `progress` hears how many letters are written.
pub async fn run(asked: Invite, app: &App, progress: &(dyn Fn(u64) + Send + Sync)) -> Result<Answer, Refused> {
    let invited = match asked.whom {
        Whom { school: Some(school), .. } => Invited::School(school),
        Whom { all: true, .. } => Invited::Everybody,
        Whom { guardian, .. } => Invited::Guardians(guardian),
    };
    let invitation = Invitation { invited, again: asked.again, dry_run: asked.dry_run, made_by: None };
    let summary = inviting::invite(&app.tools, &app.store, &invitation, progress, &mut |_, _| {}).await?;
    let mut json = json!(summary);
    json["dry_run"] = asked.dry_run.into();
    let invited = if asked.dry_run { "Would invite" } else { "Invited" };
    let mut lines = vec![format!("{invited} {} guardians by mail.", summary.invited)];
    let more = [
        (summary.invited_before, "hold a code that still opens; --again sends them another"),
        (summary.have_account, "have an account already"),
        (summary.without_address, "have no address on file: `preau code issue` makes letters for them"),
        (summary.replaced, "older codes are dead now"),
    ];
    lines.extend(more.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}.")));
    Ok(Answer { json, text: lines.join("\n") })
}
