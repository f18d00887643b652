"""The words inside an archive: how to verify it without the software that wrote it."""

README = """# Evidence of AlphaSwarm Delivery

Rows of the ledger for a period (`records/`), the whole chain that they follow from (`ledger.jsonl`), what was proved of
the roles' trust at the time of the export (`trust-proof.json`), the controls (`controls.json`), and what was asked for
(`manifest.json`). The chain is whole, also outside of the period: a part of it could not be proved.

Verify in this directory, offline, with OpenSSL, `sha256sum` and Python 3.11 or newer. Every step has to succeed.

1. Whose key is it? Compare this with the fingerprint that the exporter gave you by another way. Without that
   comparison the next steps show only that the archive is consistent, not who made it.

```sh
openssl pkey -pubin -in public-key.pem -outform DER | sha256sum
```

2. The list of files is signed by that key:

```sh
openssl dgst -sha256 -verify public-key.pem -signature SHA256SUMS.sig SHA256SUMS
```

3. The files are those of the list:

```sh
sha256sum --check --strict --quiet SHA256SUMS
```

4. The chain holds, the records follow from it, and there is no file besides (read the script: it is short):

```sh
python3 -I check_chain.py
```

5. A head (number and hash) that you noted earlier must still be in `ledger.jsonl`; otherwise
   the whole ledger was replaced.
"""
