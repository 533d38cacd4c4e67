"""Settings of the documentation site: `sphinx-build -W -c docs . docs/_build`.

The root of the sources is that of the repository, so that README.md, CONTRIBUTING.md and the tables of results/ are
pages as they are, and a link between them works on the site as it does in the repository.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE / "_ext")]
os.environ.setdefault("OMP_NUM_THREADS", "1")

import bench

project, release = "latentbench", bench.__version__
author = "the authors of latentbench"
extensions = ["myst_parser", "sphinx_design", "sphinx_gallery.gen_gallery", "plugin_pages", "repository_pages"]
root_doc = "docs/index"
include_patterns = [
    "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "results/README.md", "results/reference/*/*.md",
    "docs/*.md", "docs/plugins/**", "docs/gallery/*.rst", "docs/gallery/*.ipynb",
]  # fmt: skip
exclude_patterns = [
    ".*",
    "docs/_*",
    "docs/examples",
    "results/runs",
    "bench",
    "problems",
    "encoders",
    "tests",
    "**.egg-info",
]
suppress_warnings = ["config.cache"]  # the order of a gallery is a function

myst_enable_extensions = ["colon_fence", "deflist", "html_image"]
myst_heading_anchors = 3

html_theme = "pydata_sphinx_theme"
html_title = "latentbench"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "show_prev_next": False,
    "show_toc_level": 2,
    "navigation_with_keys": True,
    "header_links_before_dropdown": 3,
    "footer_start": [],
    "footer_end": [],
}
html_sidebars = {"docs/index": [], "README": []}

sphinx_gallery_conf = {
    "examples_dirs": "docs/examples",
    "gallery_dirs": "docs/gallery",
    "filename_pattern": r"\.py$",
    "within_subsection_order": "FileNameSortKey",
    "min_reported_time": 60,
    "remove_config_comments": True,
    "show_memory": False,
    "abort_on_example_error": True,
    "download_all_examples": False,
    "matplotlib_animations": (True, "jshtml"),
    "copyfile_regex": r"",
}
