"""The addresses of days."""

from django.urls import path, re_path
from django.views.decorators.http import require_http_methods, require_safe

from huiguan.office.days.pages import evening, views

form = require_http_methods(["GET", "HEAD", "POST"])

urlpatterns = [
    path("live-day", form(views.live_day)),
    path("day-end", form(evening.day_end)),
    re_path(r"^day-end/(?P<day>[0-9]{8})$", form(evening.day_end)),
    path("day-start", require_safe(evening.day_start)),
    re_path(r"^day-start/(?P<day>[0-9]{8})$", require_safe(evening.day_start)),
    path("days", require_safe(views.all_days)),
    re_path(r"^days/(?P<day>[0-9]{8})$", form(views.one_day)),
]
