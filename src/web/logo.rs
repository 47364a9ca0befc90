//! Logos of apps, from here alone: the page's policy lets no other picture in, and no app learns who looks at its sign-in page.
//! A logo is fetched, read, and drawn anew as a small picture, so that nothing but its colours is left of what came (row P29).

use std::io::Cursor;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use image::{ImageFormat, ImageReader, Limits};

use crate::app::App;
use crate::outbound::Answer;
use crate::store::clients::Client;

/// Where an app's logo stands here; nothing if it has none.
pub fn of(client: &Client) -> Option<String> {
    let logo = client.settings.logo_uri.as_deref()?;
    Some(if logo.starts_with("/assets/") { logo.to_owned() } else { format!("/logo/{}", client.client_id) })
}

/// `GET /logo/{client_id}`.
pub async fn show(State(app): State<Arc<App>>, Path(client_id): Path<String>) -> Response {
    let client = app.store.client(&client_id, app.now()).await.ok().flatten().filter(|client| client.enabled);
    let address = client.as_ref().and_then(|client| client.settings.logo_uri.as_deref());
    let Some(address) = address else { return StatusCode::NOT_FOUND.into_response() };
    match app.tools.logos.get(address, app.now()).await {
        Some(picture) => {
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static("image/png")),
                (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
                (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600")),
            ];
            (headers, picture.to_vec()).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// A small PNG of what came; nothing for what is no picture of points, or a huge one.
pub fn redraw(answer: &Answer) -> Option<Vec<u8>> {
    let mut reader = ImageReader::new(Cursor::new(&answer.body)).with_guessed_format().ok()?;
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height, limits.max_alloc) = (Some(LARGEST), Some(LARGEST), Some(MOST_MEMORY));
    reader.limits(limits);
    let drawn = reader.decode().ok()?.thumbnail(SIDE, SIDE);
    let mut png = Vec::new();
    drawn.write_to(&mut Cursor::new(&mut png), ImageFormat::Png).ok()?;
    Some(png)
}

/// Points; shown at 36, on screens with two and more to one.
const SIDE: u32 = 128;
const LARGEST: u32 = 2_048;
/// Bytes.
const MOST_MEMORY: u64 = 32 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(body: &[u8]) -> Answer {
        Answer { status: StatusCode::OK, headers: Default::default(), body: body.to_vec() }
    }

    #[test]
    fn p29_of_a_logo_only_its_colours_are_left() {
        let mut png = Vec::new();
        let large = image::DynamicImage::new_rgb8(600, 300);
        large.write_to(&mut Cursor::new(&mut png), ImageFormat::Png).unwrap();
        // What hides behind the picture does not come along.
        png.extend_from_slice(b"<script>alert(1)</script>");
        let drawn = redraw(&answer(&png)).unwrap();
        assert!(!drawn.windows(8).any(|part| part == b"<script>"));
        let read = image::load_from_memory(&drawn).unwrap();
        assert_eq!((read.width(), read.height()), (128, 64));
    }

    #[test]
    fn p29_what_is_no_picture_of_points_is_none() {
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
        let mut huge = Vec::new();
        image::DynamicImage::new_luma8(2_049, 1).write_to(&mut Cursor::new(&mut huge), ImageFormat::Png).unwrap();
        for body in [&svg[..], b"", b"<html>", &huge] {
            assert_eq!(redraw(&answer(body)), None);
        }
    }
}
