"""Which page is where. An address names a page, a draft or an order by its number, and never what is in them."""

from __future__ import annotations

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from booklet_desk.screen import call_pages, pages

handler400 = "booklet_desk.screen.faults.refused"
handler403 = "booklet_desk.screen.faults.refused"
handler404 = "booklet_desk.screen.faults.missing"
handler500 = "booklet_desk.screen.faults.failed"

urlpatterns = [
    path("", call_pages.start, name="start"),
    path("call/<int:id>", call_pages.call, name="call"),
    path("call/<int:id>/keep", call_pages.keep, name="keep"),
    path("call/<int:id>/forget", call_pages.forget, name="forget"),
    path("order/<int:number>", pages.order, name="order"),
    path("order/<int:number>/taken", call_pages.taken, name="taken"),
    path("order/<int:number>/repeat", pages.repeat, name="repeat"),
    path("order/<int:number>/pack", pages.pack, name="pack"),
    path("order/<int:number>/cancel", pages.cancel, name="cancel"),
    path("find", pages.find, name="find"),
    path("codes", pages.codes, name="codes"),
    path("today", pages.today, name="today"),
    path("shelf", pages.stock, name="shelf"),
    path("clinics", pages.clinics, name="clinics"),
    path("sign-in", LoginView.as_view(template_name="sign-in.html"), name="sign-in"),
    path("sign-out", LogoutView.as_view(), name="sign-out"),
    path("<str:name>", pages.asset, name="asset"),
]
