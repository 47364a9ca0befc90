//! What nobody can do faster on this machine at this minute: the bare operation, alone on a thread, by the same library
//! and with the same parameters as the program. Figures are per CPU second of that thread.

use std::process::{Command, Stdio};
use std::time::Duration;

use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use preau::config::passwords::PasswordSettings;

#[expect(dead_code, reason = "the buffer alone is used here")]
#[path = "../../src/password/memory.rs"]
mod memory;

/// The bare Argon2id of the settings that ship, on one buffer of huge pages that is kept.
pub struct Hash {
    argon2: Argon2<'static>,
    buffer: memory::Buffer,
    blocks: usize,
}

/// Bare signatures of a token's length.
pub struct Signatures {
    rsa: RsaKeyPair,
    ecdsa: EcdsaKeyPair,
    #[expect(clippy::disallowed_types, reason = "a bare signature has no other chance")]
    random: SystemRandom,
}

impl Hash {
    /// Ready to hash.
    pub fn new() -> Self {
        let settings = PasswordSettings::default();
        let params = Params::new(settings.memory_kib, settings.iterations, 1, Some(32)).expect("the settings that ship");
        let blocks = params.block_count();
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        Self { argon2, buffer: memory::Buffer::new(blocks).expect("memory for one hash"), blocks }
    }

    /// Hashes a CPU second.
    pub fn rate(&mut self, time: Duration) -> f64 {
        let mut output = [0; 32];
        let (argon2, buffer, blocks) = (&self.argon2, &mut self.buffer, self.blocks);
        rate(time, || argon2.hash_password_into_with_memory(&[1; 32], &[2; 16], &mut output, buffer.lend(blocks)).expect("a hash"))
    }
}

impl Signatures {
    /// Keys of the sizes that the program signs with.
    #[expect(clippy::disallowed_types, reason = "a bare signature has no other chance")]
    pub fn new() -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
        let ecdsa = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref()).expect("that key");
        Self { rsa: RsaKeyPair::generate(KeySize::Rsa2048).expect("a key"), ecdsa, random }
    }

    /// RS256 signatures a CPU second.
    pub fn rs256(&self, time: Duration) -> f64 {
        let mut signature = vec![0; self.rsa.public_modulus_len()];
        rate(time, || self.rsa.sign(&RSA_PKCS1_SHA256, &self.random, &[7; MESSAGE], &mut signature).expect("a signature"))
    }

    /// ES256 signatures a CPU second.
    pub fn es256(&self, time: Duration) -> f64 {
        rate(time, || _ = self.ecdsa.sign(&self.random, &[7; MESSAGE]).expect("a signature"))
    }
}

/// S, the unit of docs/performance.md: RSA-2048 signatures a CPU second by `openssl speed`, where it is installed.
pub fn openssl() -> Option<f64> {
    let mut speed = Command::new("openssl");
    let output = speed.args(["speed", "-seconds", "1", "rsa2048"]).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    // rsa 2048 bits 0.000265s 0.000008s   3774.0 125000.0
    text.lines().find(|line| line.starts_with("rsa 2048 bits"))?.split_whitespace().nth(5)?.parse().ok()
}

fn rate(time: Duration, mut once: impl FnMut()) -> f64 {
    once();
    let begun = thread_time();
    let mut done = 0_u32;
    loop {
        once();
        done += 1;
        let used = thread_time() - begun;
        if used >= time {
            return f64::from(done) / used.as_secs_f64();
        }
    }
}

/// What this thread has used.
#[expect(unsafe_code, reason = "the standard library does not tell")]
fn thread_time() -> Duration {
    // SAFETY: two numbers, for which zeros are valid; the call writes into them and nowhere else.
    let used = unsafe {
        let mut used: libc::timespec = std::mem::zeroed();
        libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut used);
        used
    };
    Duration::new(used.tv_sec.unsigned_abs(), used.tv_nsec.unsigned_abs() as u32)
}

/// Bytes that a token signs.
const MESSAGE: usize = 600;
