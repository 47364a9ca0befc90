//! The files a page brings with it: style sheet, fonts, scripts, icons. All are embedded in the program, and each is
//! served under an address that holds a hash of its content, so a browser may keep it for ever.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};

/// One file, ready to be served.
#[derive(Debug)]
pub struct Asset {
    /// Its media type.
    pub media_type: &'static str,
    /// Its content.
    pub body: Cow<'static, [u8]>,
    /// What stands in its address and in its ETag.
    pub hash: String,
}

/// The address of a file of `assets/`, by its name there; `None` if there is none.
pub fn address(name: &str) -> Option<String> {
    let asset = ALL.get(name)?;
    let (stem, extension) = name.rsplit_once('.')?;
    Some(format!("/assets/{stem}.{}.{extension}", asset.hash))
}

/// The file behind the last part of an address: `preau.0123456789abcdef.css`. An old hash finds nothing.
pub fn find(path: &str) -> Option<&'static Asset> {
    let (rest, extension) = path.rsplit_once('.')?;
    let (stem, hash) = rest.rsplit_once('.')?;
    ALL.get(format!("{stem}.{extension}").as_str()).filter(|asset| asset.hash == hash)
}

/// The hash that stands for a content in an address.
pub(super) fn hash(body: &[u8]) -> String {
    digest(&SHA256, body).as_ref()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

static ALL: LazyLock<BTreeMap<&'static str, Asset>> = LazyLock::new(|| {
    let mut all = BTreeMap::new();
    for (name, body) in FILES.iter().filter(|(name, _)| !name.ends_with(".css")) {
        add(&mut all, name, Cow::Borrowed(*body));
    }
    // Style sheets last: the addresses of fonts and pictures in them take the hashes found above.
    for (name, body) in FILES.iter().filter(|(name, _)| name.ends_with(".css")) {
        let mut text = String::from_utf8_lossy(body).into_owned();
        for (other, asset) in &all {
            if let Some((stem, extension)) = other.rsplit_once('.') {
                text = text.replace(&format!("url({other})"), &format!("url({stem}.{}.{extension})", asset.hash));
            }
        }
        add(&mut all, name, Cow::Owned(text.into_bytes()));
    }
    all
});

fn add(all: &mut BTreeMap<&'static str, Asset>, path: &'static str, body: Cow<'static, [u8]>) {
    let name = path.rsplit('/').next().unwrap_or(path);
    let Some(media_type) = media_type(name) else { return };
    all.insert(name, Asset { media_type, hash: hash(&body), body });
}

/// Licences and version files have no media type here, and so are embedded but not served.
fn media_type(name: &str) -> Option<&'static str> {
    match name.rsplit_once('.')?.1 {
        "css" => Some("text/css; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        "png" => Some("image/png"),
        "ico" => Some("image/x-icon"),
        "woff2" => Some("font/woff2"),
        _ => None,
    }
}

const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_asset_is_found_under_its_own_address_and_under_no_other() {
        assert!(ALL.len() > 3);
        for name in ALL.keys() {
            let address = address(name).unwrap();
            assert!(find(address.strip_prefix("/assets/").unwrap()).is_some(), "{address}");
        }
        for wrong in ["", "preau.css", "preau.0000000000000000.css", "../Cargo.toml", "preau..css"] {
            assert!(find(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_style_sheet_names_no_file_that_is_not_ours() {
        for (name, asset) in ALL.iter().filter(|(name, _)| name.ends_with(".css")) {
            let text = String::from_utf8_lossy(&asset.body);
            for part in text.split("url(").skip(1) {
                let target = part.split(')').next().unwrap().trim_matches('"');
                assert!(target.starts_with("data:") || find(target).is_some(), "{name}: {target}");
            }
        }
    }
}
