"""The addresses of the public display."""

from django.urls import path, re_path
from django.views.decorators.http import require_safe

from huiguan.office.display import views

urlpatterns = [
    path("", require_safe(views.board)),
    re_path(r"^product/(?P<product>[a-z]{1,8})$", require_safe(views.months)),
    re_path(r"^contract/(?P<code>[a-z]{1,8}[0-9]{4})$", require_safe(views.contract)),
    re_path(r"^chart/(?P<code>[a-z]{1,8}[0-9]{4})$", require_safe(views.drawing)),
]
handler404 = views.missing
handler500 = views.broken
