# SPDX-License-Identifier: MIT
"""Wrong answers of S3, as functions (request, store) -> what is sent, and how to give them at a certain time."""
from s3_fake import CLOSE, XML, Reply


def good(request, store):
    return [store.answer(request).raw(request)]


def first(n, fault, then=good):
    """The first n requests get the fault."""
    return lambda request, store: (fault if request.number < n else then)(request, store)


def to(what, fault, nth=None):
    """Requests of that meaning get the fault: all, or the nth only (from 0)."""
    def answer(request, store):
        hit = request.what == what and (nth is None or request.nth == nth)
        return (fault if hit else good)(request, store)
    return answer


def in_turn(what, *faults):
    """Requests of that meaning get one fault after the other, the last one for ever."""
    def answer(request, store):
        if request.what != what:
            return good(request, store)
        return faults[min(request.nth, len(faults) - 1)](request, store)
    return answer


def bytes_of(*pieces):
    return lambda request, store: list(pieces)


def status(code, body=b"", **headers):
    """With the XML's headers; names with `_` for `-`."""
    return lambda request, store: [Reply(code, body, XML).with_headers(**headers).raw(request)]


def complaint(code, name, more="", **headers):
    return status(code, f"<?xml version=\"1.0\"?>\n<Error><Code>{name}</Code>{more}</Error>", **headers)


def told(**headers):
    """The good answer with other headers."""
    return lambda request, store: [store.answer(request).with_headers(**headers).raw(request)]


def changed(change):
    """The good answer with another body, of its new length."""
    def answer(request, store):
        reply = store.answer(request)
        reply.body = change(reply.body)
        return [reply.with_headers(Content_Length=str(len(reply.body))).raw(request)]
    return answer


def cut(n, end=CLOSE):
    """The good answer up to n bytes of its body."""
    def answer(request, store):
        reply = store.answer(request)
        return [reply.head() + reply.body[:n], end]
    return answer


def pieces(make):
    """make(head, body) -> what is sent, of the good answer."""
    def answer(request, store):
        reply = store.answer(request)
        return make(reply.head(), reply.body)
    return answer


def unsized(make):
    """make(head, body) of the good answer without a Content-Length."""
    def answer(request, store):
        reply = store.answer(request).with_headers(Content_Length=None)
        return make(reply.head(), reply.body)
    return answer


def chunked(make):
    def answer(request, store):
        reply = store.answer(request).with_headers(Content_Length=None, Transfer_Encoding="chunked")
        return make(reply.head(), reply.body)
    return answer


def page(objects=None, more="<IsTruncated>false</IsTruncated>"):
    return lambda request, store: [store.page(objects, more).raw(request)]


def more_pages(token):
    return f"<IsTruncated>true</IsTruncated><NextContinuationToken>{token}</NextContinuationToken>"


def also(deed, fault=good):
    """Does something first: deed(request, store)."""
    def answer(request, store):
        deed(request, store)
        return fault(request, store)
    return answer
