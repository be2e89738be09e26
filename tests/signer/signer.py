#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Lets test-signer and botocore sign the same requests, made at random, and compares what they say. Prints TAP.

    signer.py TEST-SIGNER [COUNT [SEED]]
"""
import json
import random
import subprocess
import sys
import time
from urllib.parse import quote

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

SIGNERS = {"s3": S3SigV4Auth, "sts": SigV4Auth}
REGIONS = ["us-east-1", "eu-central-1", "cn-north-1", "us-gov-west-1", "auto"]
HOSTS = ["127.0.0.1", "[::1]", "[fd00:ec2::254]", "bucket.s3.eu-west-1.amazonaws.com", "MinIO.Example.org",
         "localhost", "xn--bcher-kva.example"]
PORTS = ["", "", ":80", ":443", ":9000", ":65535"]
BASES = ["", "", "", "/", "/base", "/a/b/"]
WORDS = ["a", "Z", "0", "~", "-", "_", ".", "..", "...", "/", "//", "/./", "/../", " ", "  ", "+", "%", "%20", "%2F",
         "&", "=", "?", "#", ";", ":", "@", "!", "$", "'", '"', "(", ")", "*", ",", "[", "]", "<", ">", "\\", "^", "`",
         "{", "|", "}", "\n", "\r\n", "\t", "\x01", "\x7f", "é", "ß", "日本", "🗄", "e\u0301", "\u2028", "\ufeff",
         "dump.gz"]
NAMES = ["prefix", "list-type", "uploads", "versionId", "continuation-token", "max-keys", "X", "x", "x-id", "a", "a-b",
         "a.b", "A", "ä", "acl", "%"]
HEADERS = ["range", "if-match", "x-amz-meta-a", "x-amz-meta-a-b", "x-amz-checksum-crc32", "content-type", "content-md5",
           "x-amz-server-side-encryption", "x-amz-request-payer", "x-amz-copy-source", "x-zzz", "accept"]
VALUES = ["a", "", " ", "  ", "\t", "bytes=0-9", '"etag"', "a  b", "é", ",", "a, b", "=", "aws:kms", "%20", "'"]
METHODS = ["GET", "HEAD", "PUT", "POST", "DELETE"]


def text(dice, words, longest):
    return "".join(dice.choices(words, k=dice.randrange(longest)))


def parameters(dice):
    chosen = [(dice.choice(NAMES + [text(dice, WORDS, 4) or "n"]), text(dice, WORDS, 6) if dice.random() < 0.8 else "")
              for _ in range(dice.randrange(7))]
    return chosen + chosen[:1] * dice.randrange(2)


def request(dice):
    s3 = dice.random() < 0.7
    return {
        "service": "s3" if s3 else "sts",
        "method": dice.choice(METHODS),
        "endpoint": dice.choice(["http://", "https://"]) + dice.choice(HOSTS) + dice.choice(PORTS) + dice.choice(BASES),
        "key": text(dice, WORDS, 12),
        "parameters": parameters(dice),
        "headers": [(name, text(dice, VALUES, 5)) for name in dice.sample(HEADERS, dice.randrange(6))],
        "body": text(dice, WORDS, 3),
        "region": dice.choice(REGIONS),
        "at_us": dice.randrange(946684800, 4102444800) * 1000000 + dice.randrange(1000000),
        "key_id": "AKIA" + text(dice, "ABCXYZ234567", 17),
        "secret": text(dice, "abc/+XYZ=019", 41),
        "token": text(dice, "abc/+XYZ=019", 900) or None,
    }


def url(asked):
    """In the order of the parameters, those without a value in either form."""
    encoded = [quote(name, safe="") + ("=" + quote(value, safe="") if value or number % 2 else "")
               for number, (name, value) in enumerate(asked["parameters"])]
    path = asked["endpoint"].rstrip("/") + "/" + quote(asked["key"], safe="/")
    return path + ("?" + "&".join(encoded) if encoded else "")


def sign(asked):
    """As botocore does, but at that time."""
    signer = SIGNERS[asked["service"]](Credentials(asked["key_id"], asked["secret"], asked["token"]), asked["service"],
                                       asked["region"])
    sent = AWSRequest(asked["method"], url(asked), dict(asked["headers"]), asked["body"].encode())
    sent.context["timestamp"] = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(asked["at_us"] // 1000000))
    signer._modify_request_before_signing(sent)
    canonical = signer.canonical_request(sent)
    signer._inject_signature_to_request(sent, signer.signature(signer.string_to_sign(sent, canonical), sent))
    return {"canonical": canonical, "authorization": sent.headers["Authorization"]}


def main(program, count="10000", seed="1"):
    dice = random.Random(int(seed))
    asked = [request(dice) for _ in range(int(count))]
    lines = "".join(json.dumps(one) + "\n" for one in asked)
    done = subprocess.run([program], input=lines, stdout=subprocess.PIPE, text=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    wrong = [(one, theirs, ours) for one, theirs, ours in zip(asked, map(sign, asked), answers) if theirs != ours]
    for one, theirs, ours in wrong[:3]:
        print("# " + json.dumps({"asked": one, "botocore": theirs, "ours": ours}, indent=1).replace("\n", "\n# "))
    good = done.returncode == 0 and len(answers) == len(asked) > 0 and not wrong
    print("1..1")
    print(f"{'ok' if good else 'not ok'} 1 {len(asked)} requests (seed {seed}) are signed as botocore signs them, "
          f"{len(wrong)} are not")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
