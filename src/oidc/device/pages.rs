//! The screens on which a person lets in a device that has no browser.

use serde::Serialize;

use crate::model::{Message, Scopes};
use crate::pages::Page;
use crate::web::seen;

/// Which code does the device show?
#[derive(Debug, Serialize)]
pub struct Device {
    /// The code of the address that was opened, for the person to compare.
    pub code: String,
}

/// Is it this device, and may it?
#[derive(Debug, Serialize)]
pub struct DeviceConfirm {
    /// The app.
    pub client: String,
    /// Who is signed in here.
    pub name: String,
    /// What the app will see, in plain words.
    pub sees: Vec<Message>,
    /// It keeps its access when the person is away.
    pub stays: bool,
}

/// It was answered.
#[derive(Debug, Serialize)]
pub struct DeviceDone {
    /// The person said yes.
    pub allowed: bool,
}

impl Page for Device {
    const TEMPLATE: &'static str = "pages/device.html";

    fn samples() -> Vec<Self> {
        vec![Self { code: String::new() }, Self { code: "BCDF-GHJK".to_owned() }]
    }
}

impl DeviceConfirm {
    /// The page for a client and what it asks.
    pub fn of(client: &str, name: &str, scopes: &Scopes) -> Self {
        Self { client: client.to_owned(), name: name.to_owned(), sees: seen::words(scopes), stays: scopes.has("offline_access") }
    }
}

impl Page for DeviceConfirm {
    const TEMPLATE: &'static str = "pages/device-confirm.html";

    fn samples() -> Vec<Self> {
        vec![Self::of("Tableau de la classe", "Léa Tremblay", &Scopes::parse("openid profile offline_access"))]
    }
}

impl Page for DeviceDone {
    const TEMPLATE: &'static str = "pages/device-done.html";

    fn samples() -> Vec<Self> {
        vec![Self { allowed: true }, Self { allowed: false }]
    }
}
