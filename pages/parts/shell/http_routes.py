"""HTTP routes besides the pages."""

from starlette.routing import Route

from pages.parts.components.download import FILE_PATH, send_file
from pages.parts.components.remote_page.routes import remote_routes
from pages.parts.components.scene_view import ANSWER_PATH
from pages.parts.data.loop_download_route import DOWNLOAD_PATH, send
from pages.parts.play.click_route import answer
from pages.parts.text.base_path import base_path
from pages.parts.work.log_length_route import LENGTH_PATH, length
from pages.parts.work.uploads import UPLOAD_PATH, receive

ROUTES = [
    Route(f"{base_path()}{LENGTH_PATH}", length, methods=["POST"]),
    Route(f"{base_path()}{ANSWER_PATH}", answer, methods=["POST"]),
    Route(f"{base_path()}{UPLOAD_PATH}", receive, methods=["POST"]),
    Route(f"{base_path()}{DOWNLOAD_PATH}/{{token}}/{{loop}}/{{kind}}", send),
    *remote_routes(base_path()),
    Route(f"{base_path()}{FILE_PATH}/{{token}}/{{key}}", send_file),
]
