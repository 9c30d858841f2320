from django.urls import path

from tickets.views import board, search

urlpatterns = [
    path("board/", board.board, name="board"),
    path("search/", search.search, name="search"),
]
