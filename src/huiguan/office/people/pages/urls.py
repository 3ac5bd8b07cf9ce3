"""The addresses of people; a user is a number in them, never a name."""

from django.urls import path, re_path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiguan.office.people.pages import account, people

form = require_http_methods(["GET", "HEAD", "POST"])

urlpatterns = [
    path("sign-in", form(account.sign_in_page)),
    path("sign-in/code", form(account.code_page)),
    path("sign-out", require_POST(account.sign_out)),
    path("account", form(account.account)),
    path("users", form(people.users)),
    path("users/new", form(people.new_user)),
    re_path(r"^users/(?P<number>[0-9]{1,18})$", form(people.user)),
    path("proposals", require_safe(people.all_proposals)),
    re_path(r"^proposals/(?P<number>[0-9]{1,18})$", form(people.proposal)),
    path("record", require_safe(people.whole_record)),
]
