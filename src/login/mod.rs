//! Signing in: identify, then password.
