//! How the answer to an authorization request travels (OAuth 2.0 Multiple Response Type Encoding Practices section 2.1,
//! OAuth 2.0 Form Post Response Mode, JARM section 2.3).

use crate::store::clients::ResponseType;
use crate::store::grants::ResponseMode;

/// Every word that a request may name, in the order of discovery.
pub const WORDS: &[&str] = &["query", "fragment", "form_post", "query.jwt", "fragment.jwt", "form_post.jwt", "jwt"];

/// The way that a request names, or the usual one; `None` for a word that is none, and for a query that would carry a
/// token: servers log it, and browsers remember it.
pub fn of(word: Option<&str>, answer: ResponseType) -> Option<ResponseMode> {
    let mode = match word {
        None => usual(answer),
        Some("jwt") if usual(answer) == ResponseMode::Query => ResponseMode::QueryJwt,
        Some("jwt") => ResponseMode::FragmentJwt,
        Some(word) => known(word)?,
    };
    let in_query = matches!(mode, ResponseMode::Query | ResponseMode::QueryJwt);
    (!in_query || usual(answer) == ResponseMode::Query).then_some(mode)
}

/// The way of an answer to a request that is not understood as a whole: what it names, as far as that is safe.
pub fn of_a_refusal(word: Option<&str>, answer: Option<ResponseType>) -> ResponseMode {
    let answer = answer.unwrap_or_default();
    of(word, answer).unwrap_or_else(|| usual(answer))
}

/// Signed as one parameter (JARM).
pub fn is_signed(mode: ResponseMode) -> bool {
    matches!(mode, ResponseMode::QueryJwt | ResponseMode::FragmentJwt | ResponseMode::FormPostJwt)
}

fn usual(answer: ResponseType) -> ResponseMode {
    match answer {
        ResponseType::Code | ResponseType::None => ResponseMode::Query,
        _ => ResponseMode::Fragment,
    }
}

fn known(word: &str) -> Option<ResponseMode> {
    Some(match word {
        "query" => ResponseMode::Query,
        "fragment" => ResponseMode::Fragment,
        "form_post" => ResponseMode::FormPost,
        "query.jwt" => ResponseMode::QueryJwt,
        "fragment.jwt" => ResponseMode::FragmentJwt,
        "form_post.jwt" => ResponseMode::FormPostJwt,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_token_travels_in_a_query() {
        for answer in ResponseType::ALL.iter().copied() {
            let safe = !answer.has_token() && !answer.has_id_token();
            for word in ["query", "query.jwt"] {
                assert_eq!(of(Some(word), answer).is_some(), safe, "{word} {answer:?}");
                assert!(safe || of_a_refusal(Some(word), Some(answer)) == ResponseMode::Fragment);
            }
        }
    }

    #[test]
    fn a_request_that_names_none_is_answered_in_the_usual_way() {
        let table = [
            (None, ResponseType::Code, Some(ResponseMode::Query)),
            (None, ResponseType::CodeToken, Some(ResponseMode::Fragment)),
            (Some("jwt"), ResponseType::Code, Some(ResponseMode::QueryJwt)),
            (Some("jwt"), ResponseType::IdToken, Some(ResponseMode::FragmentJwt)),
            (Some("form_post"), ResponseType::IdToken, Some(ResponseMode::FormPost)),
            (Some("web_message"), ResponseType::Code, None),
        ];
        for (word, answer, mode) in table {
            assert_eq!(of(word, answer), mode, "{word:?} {answer:?}");
        }
        assert_eq!(of_a_refusal(Some("web_message"), None), ResponseMode::Query);
        assert!(WORDS.iter().all(|word| of(Some(word), ResponseType::Code).is_some()), "discovery promises what is done");
    }
}
