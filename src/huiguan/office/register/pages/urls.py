"""The addresses of the register: lists by their names; a member's part by the session alone."""

from django.urls import path, re_path
from django.views.decorators.http import require_http_methods

from huiguan.exchange.register.lists import Listed
from huiguan.office.register.pages import views

form = require_http_methods(["GET", "HEAD", "POST"])
NAME = rf"(?P<name>{'|'.join(Listed)})(?P<csv>\.csv)?"

urlpatterns = [
    path("register", form(views.whole)),
    re_path(rf"^register/{NAME}$", form(views.whole)),
    path("own-register", form(views.own)),
    re_path(rf"^own-register/{NAME}$", form(views.own)),
]
