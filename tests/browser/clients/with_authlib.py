"""A school app on Authlib: discovery, code with PKCE, ID token, refresh, UserInfo, logout, all by the library itself."""

import json
import sys

from authlib.common.security import generate_token
from authlib.integrations.base_client import FrameworkIntegration
from authlib.integrations.base_client.sync_app import BaseApp, OAuth2Mixin
from authlib.integrations.base_client.sync_openid import OpenIDMixin
from authlib.integrations.requests_client import OAuth2Session

from party import converse


class Framework(FrameworkIntegration):
    """No framework: the tokens stay with the party below."""

    def update_token(self, token, refresh_token=None, access_token=None):
        pass


class App(OAuth2Mixin, OpenIDMixin, BaseApp):
    client_cls = OAuth2Session


class Party:
    def __init__(self, issuer, client_id, client_secret, redirect_uri, after):
        self.redirect_uri, self.after, self.token = redirect_uri, after, None
        self.app = App(
            framework=Framework("cahier"),
            client_id=client_id,
            client_secret=client_secret,
            server_metadata_url=f"{issuer}/.well-known/openid-configuration",
            client_kwargs={"scope": "openid profile offline_access", "code_challenge_method": "S256"},
        )

    def begin(self):
        self.nonce = generate_token(20)
        self.asked = self.app.create_authorization_url(self.redirect_uri, nonce=self.nonce, prompt="consent")
        return {"url": self.asked["url"]}

    def callback(self, code, state):
        assert state == self.asked["state"]
        self.token = self.app.fetch_access_token(self.redirect_uri, code=code, code_verifier=self.asked["code_verifier"])
        claims = self.app.parse_id_token(self.token, nonce=self.nonce)
        told = self.app.userinfo(token=self.token)
        assert told["sub"] == claims["sub"]
        return {"sub": claims["sub"], "acr": claims["acr"], "family_name": told["family_name"]}

    def refresh(self):
        before = self.token
        with self.app._get_oauth_client() as session:
            self.token = session.refresh_token(self.app.server_metadata["token_endpoint"], refresh_token=before["refresh_token"])
        told = self.app.userinfo(token=self.token)
        return {"sub": told["sub"], "rotated": self.token["refresh_token"] != before["refresh_token"]}

    def logout(self):
        return self.app.create_logout_url(self.after, id_token_hint=self.token["id_token"], state="bye")


converse(Party(**json.loads(sys.argv[1])))
