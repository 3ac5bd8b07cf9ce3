"""The addresses of the public display."""

from django.urls import path, re_path
from django.views.decorators.http import require_safe

from huiguan.office.display import views
from huiguan.office.display.records import views as records

urlpatterns = [
    path("", require_safe(views.board)),
    re_path(r"^product/(?P<product>[a-z]{1,8})$", require_safe(views.months)),
    re_path(r"^contract/(?P<code>[a-z]{1,8}[0-9]{4})$", require_safe(views.contract)),
    path("express", require_safe(records.express_page)),
    re_path(r"^express/(?P<day>[0-9]{8})$", require_safe(records.express_page)),
    re_path(
        r"^why/(?P<day>[0-9]{8})/(?P<what>[a-z]{1,16})/(?P<code>[a-z]{1,8}[0-9]{4})$",
        require_safe(records.why),
    ),
    path("rankings", require_safe(records.rankings_page)),
    re_path(r"^rankings/(?P<day>[0-9]{8})$", require_safe(records.rankings_page)),
    re_path(
        r"^rankings/(?P<day>[0-9]{8})/(?P<code>[a-z]{1,8}[0-9]{4})$",
        require_safe(records.rankings_page),
    ),
    path("calendar", require_safe(records.calendar_page)),
    re_path(r"^calendar/(?P<year>[0-9]{4})$", require_safe(records.calendar_page)),
    path("glossary", require_safe(records.glossary_page)),
    re_path(r"^(?P<kind>chart|depth)/(?P<code>[a-z]{1,8}[0-9]{4})$", require_safe(views.drawing)),
    re_path(r"^bars/(?P<code>[a-z]{1,8}[0-9]{4})$", require_safe(views.bars)),
]
handler404 = views.missing
handler500 = views.broken
