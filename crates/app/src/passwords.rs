//! Passwords: hashed with argon2id (RFC 9106), a few at a time, as each takes memory on purpose.

use std::sync::Arc;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _},
};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::Error;

/// Fewest characters of a password.
const MIN_CHARS: usize = 10;
/// Most characters of a password.
const MAX_CHARS: usize = 256;

/// A password that a caller has sent. It has no `Debug` and is cleared on drop.
pub struct Password(Zeroizing<String>);

impl Password {
    /// Takes it over.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// Goes on if it can be the password of somebody.
    pub(crate) fn require_strength(&self, field: &str) -> Result<(), Error> {
        let length = self.0.chars().count();
        if !(MIN_CHARS..=MAX_CHARS).contains(&length) {
            let message = format!("{field} must be {MIN_CHARS}–{MAX_CHARS} chars (got {length})");
            return Err(Error::invalid(field, message));
        }
        Ok(())
    }
}

/// Hashes and checks passwords.
#[derive(Clone)]
pub(crate) struct Passwords {
    /// As many at a time as there are processors: each takes 19 MiB.
    turns: Arc<Semaphore>,
    /// Of a password nobody has, for users who do not exist.
    nobodys: Arc<str>,
}

impl Passwords {
    pub(crate) fn new() -> Result<Self, Error> {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let nobody = Password(crate::keys::random_token()?);
        Ok(Self { turns: Arc::new(Semaphore::new(processors)), nobodys: hash(&nobody)?.into() })
    }

    /// Hashes a password, in the PHC string format.
    pub(crate) async fn hash(&self, password: Password) -> Result<String, Error> {
        self.take_turn(move || hash(&password)).await?
    }

    /// Which of `hashes` are of that password. Takes the time of one if there are none.
    pub(crate) async fn matches(
        &self,
        password: Password,
        hashes: Vec<String>,
    ) -> Result<Vec<bool>, Error> {
        let nobodys = Arc::clone(&self.nobodys);
        self.take_turn(move || {
            let is_of =
                |hash: &str| Argon2::default().verify_password(password.0.as_bytes(), hash).is_ok();
            if hashes.is_empty() {
                is_of(&nobodys);
            }
            hashes.iter().map(|hash| is_of(hash)).collect()
        })
        .await
    }

    async fn take_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let _turn = self.turns.acquire().await.map_err(Error::internal)?;
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)
    }
}

fn hash(password: &Password) -> Result<String, Error> {
    let hash = Argon2::default()
        .hash_password(password.0.as_bytes())
        .map_err(|error| Error::internal(error.to_string()))?;
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_again() {
        let passwords = Passwords::new().unwrap();
        let of = |text: &str| Password::new(text.to_owned());
        let hash = passwords.hash(of("correct horse")).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        let hashes = vec![hash, "nonsense".to_owned()];
        let matches = passwords.matches(of("correct horse"), hashes.clone()).await.unwrap();
        assert_eq!(matches, [true, false]);
        assert_eq!(passwords.matches(of("another"), hashes).await.unwrap(), [false, false]);
        assert!(passwords.matches(of("x"), Vec::new()).await.unwrap().is_empty());
    }

    #[test]
    fn passwords_are_of_ten_to_256_characters() {
        let check = |length: usize| Password::new("ä".repeat(length)).require_strength("password");
        assert!(check(9).is_err() && check(257).is_err());
        assert!(check(10).is_ok() && check(256).is_ok());
    }
}
