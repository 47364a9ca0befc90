//! OpenID Connect and OAuth 2: the protocol, one endpoint a file. It knows no screen but consent; it starts journeys and is returned to.
