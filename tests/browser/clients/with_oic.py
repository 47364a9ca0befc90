"""A school app on pyoidc (oic), as it was written ten years ago: it registers itself, knows no PKCE, and does the rest alone."""

import json
import sys
from urllib.parse import urlparse

from oic import rndstr
from oic.oic import Client
from oic.oic.message import AuthorizationResponse, EndSessionRequest
from oic.utils.authn.client import CLIENT_AUTHN_METHOD

from party import converse


class Party:
    def __init__(self, issuer, redirect_uri, after):
        self.after = after
        self.client = Client(client_authn_method=CLIENT_AUTHN_METHOD)
        # Where its signed requests would stand, which it registers as well.
        self.client.base_url = f"{urlparse(after).scheme}://{urlparse(after).netloc}/"
        self.client.provider_config(issuer)
        self.client.redirect_uris = [redirect_uri]
        self.client.register(
            self.client.provider_info["registration_endpoint"],
            redirect_uris=[redirect_uri],
            post_logout_redirect_uris=[after],
            client_name="Ancien cahier",
            grant_types=["authorization_code", "refresh_token"],
            response_types=["code"],
        )

    def begin(self):
        self.state, self.nonce = rndstr(), rndstr()
        asked = {
            "client_id": self.client.client_id,
            "response_type": "code",
            "scope": ["openid", "profile", "offline_access"],
            "redirect_uri": self.client.redirect_uris[0],
            "state": self.state,
            "nonce": self.nonce,
            "prompt": "consent",
        }
        request = self.client.construct_AuthorizationRequest(request_args=asked)
        return {"url": request.request(self.client.authorization_endpoint)}

    def callback(self, url):
        answer = self.client.parse_response(AuthorizationResponse, info=urlparse(url).query, sformat="urlencoded")
        assert answer["state"] == self.state
        tokens = self.client.do_access_token_request(
            state=self.state,
            request_args={"code": answer["code"]},
            authn_method=self.client.registration_response["token_endpoint_auth_method"],
        )
        assert tokens["id_token"]["nonce"] == self.nonce
        self.id_token, self.id_token_hint = tokens["id_token"], tokens["id_token_jwt"]
        told = self.client.do_user_info_request(state=self.state)
        assert told["sub"] == self.id_token["sub"]
        return {"sub": told["sub"], "acr": self.id_token["acr"], "family_name": told["family_name"]}

    def refresh(self):
        before = self.client.grant[self.state].get_token()
        self.client.do_access_token_refresh(
            state=self.state, authn_method=self.client.registration_response["token_endpoint_auth_method"]
        )
        after = self.client.grant[self.state].get_token()
        told = self.client.do_user_info_request(state=self.state)
        return {"sub": told["sub"], "rotated": before.refresh_token != after.refresh_token}

    def logout(self):
        request = EndSessionRequest(id_token_hint=self.id_token_hint, post_logout_redirect_uri=self.after, state="bye")
        return {"url": request.request(self.client.provider_info["end_session_endpoint"])}


converse(Party(**json.loads(sys.argv[1])))
