//! Where an app may want to hear that a session is over: a rule of registration.

use crate::oidc::redirect_uri::{self, Unfit};
use crate::oidc::registration::Mistake;
use crate::store::clients::Settings;

/// OpenID Connect Back-Channel Logout 1.0 section 2.2 and Front-Channel Logout 1.0 section 2, row P02: an address like those
/// that answers go to, and in a frame none but the app's own.
pub fn addresses(_: &str, settings: &Settings) -> Result<(), Mistake> {
    let logout = &settings.logout;
    let named = [("backchannel_logout_uri", &logout.backchannel_logout_uri), ("frontchannel_logout_uri", &logout.frontchannel_logout_uri)];
    for (field, address) in named.into_iter().filter_map(|(field, address)| Some((field, address.as_ref()?))) {
        let unfit = |why| Mistake::Address { field, address: address.clone(), why };
        redirect_uri::check(address).map_err(unfit)?;
        let own = redirect_uri::origin(address);
        if field == "frontchannel_logout_uri" && !settings.redirect_uris.iter().any(|uri| redirect_uri::origin(uri) == own) {
            return Err(unfit(Unfit::Elsewhere));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::clients::sample;

    fn judge(back: Option<&str>, front: Option<&str>) -> Option<(&'static str, Unfit)> {
        let mut settings = sample().settings;
        settings.logout.backchannel_logout_uri = back.map(str::to_owned);
        settings.logout.frontchannel_logout_uri = front.map(str::to_owned);
        match addresses("", &settings) {
            Ok(()) => None,
            Err(Mistake::Address { field, why, .. }) => Some((field, why)),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn p02_an_app_hears_at_a_plain_address_and_its_frame_is_its_own() {
        assert_eq!(judge(Some("https://elsewhere.test/back"), Some("https://rp.test/front?tenant=7")), None);
        for wrong in ["http://rp.test/x", "javascript:alert(1)", "https://rp.test/#x", "https://*"] {
            assert_eq!(judge(Some(wrong), None).map(|(field, _)| field), Some("backchannel_logout_uri"), "{wrong}");
            assert_eq!(judge(None, Some(wrong)).map(|(field, _)| field), Some("frontchannel_logout_uri"), "{wrong}");
        }
        for elsewhere in ["https://elsewhere.test/front", "https://rp.test:8443/front"] {
            assert_eq!(judge(None, Some(elsewhere)), Some(("frontchannel_logout_uri", Unfit::Elsewhere)), "{elsewhere}");
        }
    }
}
