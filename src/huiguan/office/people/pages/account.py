"""Signing in and out, and the own account."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib.auth import login, logout, update_session_auth_hash
from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from huiguan.foundation.faults import InputFault
from huiguan.office.display.preferences import YEAR_SECONDS, preferences_of, words_of
from huiguan.office.people import proposals, second_factor, sign_in
from huiguan.office.people.pages import forms
from huiguan.office.people.pages.gate import (
    ACCOUNT,
    DESKS,
    SIGN_IN,
    desk,
    open_to,
    reader,
    see_other,
)
from huiguan.office.people.roles import Action, Right
from huiguan.office.people.second_factor import has_one
from huiguan.office.people.selectors import person_of, user_by_number
from huiguan.office.persons import data

if TYPE_CHECKING:
    from huiguan.office.people.models import User

Request = Any  # django.http.HttpRequest and its answer; Django says no types
Answer = Any
REFUSED = 422
FRESH = "fresh"  # of a second factor that is not begun yet
HALF, HALF_SECONDS = "half", 300  # who gave the password and not yet the code


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
            return half_way(request, user) if has_one(user) else let_in(request, user)
    back = request.POST.get("next") or request.GET.get("next", "")
    return desk(request, "sign_in.html", REFUSED if form.errors else 200, form=form, back=back)


def now() -> int:
    """Return the moment in whole seconds."""
    return int(timezone.now().timestamp())


def half_way(request: Request, user: Any) -> Answer:  # noqa: ANN401  Django says no types
    """Keep for a while who gave the right password, and ask for the code."""
    request.session.cycle_key()
    request.session[HALF] = [user.pk, now() + HALF_SECONDS, user.get_session_auth_hash()]
    back = urlencode({"next": str(request.POST.get("next", ""))})
    return see_other(f"{SIGN_IN}/code?{back}")


def let_in(request: Request, user: Any) -> Answer:  # noqa: ANN401  the same
    """Begin the session of somebody who has proved all that is asked for."""
    request.session.pop(HALF, None)
    login(request, user)  # under a new key
    sign_in.tell_signed_in(user=user)
    return spoken_to(HttpResponseRedirect(way_in(request, user)), request, user.language)


def code_page(request: Request) -> Answer:
    """Ask for the code of who gave a right password a moment ago."""
    number, until, hashed = request.session.get(HALF, (0, 0, ""))
    user = user_by_number(number)
    if user is None or user.is_locked or until < now() or user.get_session_auth_hash() != hashed:
        return see_other(SIGN_IN)
    form = forms.Code(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            second_factor.proved(
                user=user, code=form.cleaned_data["code"], address=address_of(request)
            )
        except InputFault as fault:
            form.refuse(fault)
        else:
            return let_in(request, user)
    back = request.POST.get("next") or request.GET.get("next", "")
    return desk(request, "code.html", REFUSED if form.errors else 200, form=form, back=back)


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


def archive_of(request: Request, of: User) -> Answer:
    """Return all that is kept of a person as a file; its name has the number alone."""
    user = reader(request).user
    assert user is not None, "the gate lets nobody else in"
    words = words_of(preferences_of(request).lang)
    answer = HttpResponse(
        proposals.export(user=user, of=of, words=words.head), content_type="application/zip"
    )
    answer.headers["Content-Disposition"] = f'attachment; filename="user-{of.pk}.zip"'
    return answer


def own_form(request: Request, *, is_sent: bool) -> forms.OwnData:
    """Keep what somebody says of themselves, where it is sent; return the form as it stands."""
    user = reader(request).user
    assert user is not None, "the gate lets nobody else in"
    names = {field.replace(" ", "_").replace("-", "_"): field for field in data.OWN_FIELDS}
    form = forms.OwnData(request.POST if is_sent else None)
    if is_sent and form.is_valid():
        given = {names[name]: " ".join(text.split()) for name, text in form.cleaned_data.items()}
        sign_in.keep_own_data(user=user, given=given)
    if not form.errors:
        kept = data.kept(user.person)
        form = forms.OwnData(initial={name: kept.get(field, "") for name, field in names.items()})
    return form


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
    return see_other("/")


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
    if doing == "export":
        return archive_of(request, user)
    own = own_form(request, is_sent=doing == "own")
    factor = factor_form(request, doing)
    if factor is None:
        return see_other(ACCOUNT)
    faulty = any(form.errors for form in (language, secret, factor, own))
    shown = "" if has_one(user) else fresh_secret(request)
    return desk(
        request, "account.html", REFUSED if faulty else 200, language=language, secret=secret,
        factor=factor, own=own,
        changed="changed" in request.GET, shown=" ".join(wrap(shown, 4)),
        app=second_factor.address_of_app(user, shown) if shown else "",
        missing=second_factor.is_missing(user, reader(request).roles),
    )  # fmt: skip


def fresh_secret(request: Request) -> str:
    """Return the secret that a session offers; the session holds it sealed."""
    user = reader(request).user
    assert user is not None, "the gate lets nobody else in"
    found = data.opened(request.session.get(FRESH, ""), FRESH)
    if not found:
        found = second_factor.fresh_secret()
        request.session[FRESH] = data.seal(user.person, found, FRESH)
    return found


def factor_form(request: Request, doing: str) -> forms.Form | None:
    """Begin or end the second factor, where that is asked; None when it is done."""
    user = reader(request).user
    assert user is not None, "the gate lets nobody else in"
    ends = has_one(user)
    secret = fresh_secret(request)
    kind = forms.EndFactor if ends else forms.Code
    form = kind(request.POST if doing == "factor" else None)
    if doing != "factor" or not form.is_valid():
        return form
    given = form.cleaned_data
    try:
        if ends:
            sign_in.proved(name=user.name, password=given["own"], address=address_of(request))
            second_factor.end(user=user)
        else:
            second_factor.begin(user=user, secret=secret, code=given["code"])
    except InputFault as fault:
        form.refuse(fault)
        return form
    request.session.pop(FRESH, None)
    return None


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
