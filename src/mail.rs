//! From outbox to letterbox. Handlers never send: they add a letter to the outbox in their own transaction, and one
//! loop delivers after the commit, with retries, and forgets the text once it is delivered.
