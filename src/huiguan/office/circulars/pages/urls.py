"""The addresses of circulars."""

from django.urls import path, re_path
from django.views.decorators.http import require_http_methods, require_safe

from huiguan.office.circulars.pages import views

form = require_http_methods(["GET", "HEAD", "POST"])

urlpatterns = [
    path("circulars", require_safe(views.public)),
    path("rule-desk", form(views.rule_desk)),
    re_path(r"^rule-desk/(?P<number>[0-9]{1,18})$", form(views.draft)),
]
