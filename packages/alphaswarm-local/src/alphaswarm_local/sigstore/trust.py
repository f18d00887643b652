"""Documents by which a client knows the authority and the logs. Source: Sigstore's protobuf specifications."""

import datetime as dt
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from alphaswarm_local.sigstore.certificates import Authority
from alphaswarm_local.sigstore.keys import LogKey, base64_text

Document = dict[str, Any]
_OPERATOR = "alphaswarm local cloud"


def trusted_root(authority: Authority, certificate_log: LogKey, log: LogKey, log_url: str, ca_url: str) -> Document:
    """What a verifier trusts: the authority's chain, the keys of both logs."""
    return {
        "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
        "tlogs": [_log(log, log_url, authority.started)],
        "certificateAuthorities": [
            {
                "subject": {"organization": _OPERATOR, "commonName": "local sigstore root"},
                "uri": ca_url,
                "certChain": {
                    "certificates": [
                        {"rawBytes": base64_text(each.public_bytes(Encoding.DER))} for each in authority.chain
                    ]
                },
                "validFor": {"start": _time(authority.started)},
            }
        ],
        "ctlogs": [_log(certificate_log, f"{log_url}/ct", authority.started)],
        "timestampAuthorities": [],
    }


def signing_config(started: dt.datetime, ca_url: str, log_url: str, issuer_url: str) -> Document:
    """Where a signer goes."""

    def service(url: str) -> Document:
        return {"url": url, "majorApiVersion": 1, "validFor": {"start": _time(started)}, "operator": _OPERATOR}

    return {
        "mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
        "caUrls": [service(ca_url)],
        "oidcUrls": [service(issuer_url)],
        "rekorTlogUrls": [service(log_url)],
        "rekorTlogConfig": {"selector": "ANY"},
        "tsaUrls": [],
        "tsaConfig": {"selector": "ANY"},
    }


def client_trust_config(root: Document, config: Document) -> Document:
    """Both in one, as `sigstore --trust-config` reads it."""
    media_type = "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json"
    return {"mediaType": media_type, "trustedRoot": root, "signingConfig": config}


def _log(key: LogKey, url: str, started: dt.datetime) -> Document:
    return {
        "baseUrl": url,
        "hashAlgorithm": "SHA2_256",
        "publicKey": {
            "rawBytes": base64_text(key.public_der),
            "keyDetails": "PKIX_ECDSA_P256_SHA_256",
            "validFor": {"start": _time(started)},
        },
        "logId": {"keyId": base64_text(key.id)},
    }


def _time(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
