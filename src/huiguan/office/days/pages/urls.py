"""The addresses of days."""

from django.urls import path, re_path
from django.views.decorators.http import require_http_methods, require_safe

from huiguan.office.days.pages import views

form = require_http_methods(["GET", "HEAD", "POST"])

urlpatterns = [
    path("live-day", form(views.live_day)),
    path("day-end", form(views.day_end)),
    re_path(r"^day-end/(?P<day>[0-9]{8})$", form(views.day_end)),
    path("days", require_safe(views.all_days)),
    re_path(r"^days/(?P<day>[0-9]{8})$", form(views.one_day)),
]
