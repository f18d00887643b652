"""Verification of GitHub's tokens: text in, `VerifiedClaims` or a distinct error out.

    text ─▶ compact.read ─▶ UnverifiedToken ─▶ TokenVerifier.verify ─▶ VerifiedClaims

Whatever was not verified has `unverified` in its name. No network here: keys come from a document or a callable.
"""
