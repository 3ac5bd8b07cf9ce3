"""Signing in and out, and the own account."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import login, logout, update_session_auth_hash
from django.http import HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from huiguan.foundation.faults import InputFault
from huiguan.office.display.preferences import YEAR_SECONDS
from huiguan.office.people import sign_in
from huiguan.office.people.pages import forms
from huiguan.office.people.pages.gate import ACCOUNT, DESKS, desk, open_to, reader
from huiguan.office.people.roles import Action, Right
from huiguan.office.people.selectors import person_of

Request = Any  # django.http.HttpRequest and its answer; Django says no types
Answer = Any
REFUSED = 422


def address_of(request: Request) -> str:
    """Return where a request came from."""
    return str(request.META.get("REMOTE_ADDR", ""))


def sign_in_page(request: Request) -> Answer:
    """Ask for name and password; a good pair begins a new session."""
    if reader(request).user is not None:
        return HttpResponseRedirect(ACCOUNT)
    form = forms.SignIn(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            user = sign_in.proved(
                name=given["name"],
                password=given["password"],
                address=address_of(request),
                request=request,
            )
        except InputFault as fault:
            form.refuse(fault)
        else:
            login(request, user)  # under a new key
            sign_in.tell_signed_in(user=user)
            return spoken_to(HttpResponseRedirect(way_in(request, user)), request, user.language)
    back = request.POST.get("next") or request.GET.get("next", "")
    return desk(request, "sign_in.html", REFUSED if form.errors else 200, form=form, back=back)


def way_in(request: Request, user: Any) -> str:  # noqa: ANN401  Django says no types
    """Return where somebody goes who signed in: where they wanted to, if that is here."""
    back = str(request.POST.get("next", ""))
    here = {request.get_host()}
    if back and url_has_allowed_host_and_scheme(back, here, require_https=request.is_secure()):
        return back
    person = person_of(user)
    if person.may(Action.SEE_PROPOSALS, Right.SEE):
        return "/proposals"
    work = [f"/{one.name}" for one in DESKS if person.may(one.action, one.right)]
    return work[1] if len(work) > 1 and not user.must_change_password else ACCOUNT


def spoken_to(answer: Answer, request: Request, language: str) -> Answer:
    """Return an answer that makes a language the reader's own."""
    answer.status_code = 303
    answer.set_cookie(
        "lang", language, YEAR_SECONDS, secure=request.is_secure(), httponly=True, samesite="Lax"
    )
    return answer


def sign_out(request: Request) -> Answer:
    """End the session."""
    user = reader(request).user
    if user is not None:
        sign_in.tell_signed_out(user=user)
    logout(request)
    answer = HttpResponseRedirect("/")
    answer.status_code = 303
    return answer


@open_to(Action.KEEP_OWN_ACCOUNT, Right.DO)
def account(request: Request) -> Answer:
    """Show the own account, and change its language or its password."""
    user = reader(request).user
    assert user is not None, "the gate lets nobody else in"
    doing = request.POST.get("do", "")
    language = forms.Language(
        request.POST if doing == "language" else None, initial={"language": user.language}
    )
    secret = forms.NewPassword(request.POST if doing == "password" else None)
    if doing == "language" and language.is_valid():
        sign_in.change_language(user=user, language=language.cleaned_data["language"])
        return spoken_to(HttpResponseRedirect(ACCOUNT), request, user.language)
    if doing == "password" and secret.is_valid() and changed(request, secret):
        return spoken_to(HttpResponseRedirect(f"{ACCOUNT}?changed"), request, user.language)
    status = REFUSED if language.errors or secret.errors else 200
    return desk(
        request, "account.html", status, language=language, secret=secret,
        changed="changed" in request.GET,
    )  # fmt: skip


def changed(request: Request, form: forms.NewPassword) -> bool:
    """Change the password, if the old one is right; this session goes on under a new key."""
    user, given = reader(request).user, form.cleaned_data
    assert user is not None, "the gate lets nobody else in"
    try:
        sign_in.proved(name=user.name, password=given["old"], address=address_of(request))
        sign_in.change_password(user=user, password=given["new"])
    except InputFault as fault:
        form.refuse(fault)
        return False
    update_session_auth_hash(request, user)
    return True
