//! The signature algorithms, as the command line takes them.

use clap::ValueEnum;

use crate::keys::Algorithm;

/// A signature algorithm, by its name in JOSE.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[expect(missing_docs, reason = "the names are JOSE's own")]
pub enum Alg {
    #[value(name = "RS256")]
    Rs256,
    #[value(name = "PS256")]
    Ps256,
    #[value(name = "ES256")]
    Es256,
    #[value(name = "ES384")]
    Es384,
    #[value(name = "EdDSA")]
    EdDsa,
}

impl From<Alg> for Algorithm {
    fn from(alg: Alg) -> Self {
        match alg {
            Alg::Rs256 => Self::RS256,
            Alg::Ps256 => Self::PS256,
            Alg::Es256 => Self::ES256,
            Alg::Es384 => Self::ES384,
            Alg::EdDsa => Self::EdDSA,
        }
    }
}
