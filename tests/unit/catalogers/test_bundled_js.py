import pytest
from tests.support.reading import MemoryFile
from tests.support.work import ends

from careen.catalogers.bundled_js import SEARCHED_BYTES, _compiled, by_stem, read, wanted


def found(name, content):
    assert wanted(f"srv/js/{name}", 0o644)
    return [(one.name, one.version, one.confidence) for one in read(MemoryFile(f"srv/js/{name}", content.encode()))]


@pytest.mark.parametrize(
    ("file", "content", "name", "version"),
    [
        ("jquery.js", "/*!\n * jQuery JavaScript Library v1.12.4\n * http://jquery.com/\n */", "jquery", "1.12.4"),
        ("jquery-ui.min.js", "/*! jQuery UI - v1.12.1 - 2016-09-14", "jquery-ui", "1.12.1"),
        ("jquery-migrate.min.js", "/*! jQuery Migrate v3.3.0 | (c) OpenJS Foundation", "jquery-migrate", "3.3.0"),
        ("jquery.dataTables.min.js", "/*!\n DataTables 1.10.20\n", "datatables.net", "1.10.20"),
        ("bootstrap.bundle.js", "/*!\n  * Bootstrap v4.5.2 (https://getbootstrap.com/)", "bootstrap", "4.5.2"),
        ("angular.min.js", "/*\n AngularJS v1.7.8\n (c) 2010-2018", "angular", "1.7.8"),
        ("vue.js", "/*!\n * Vue.js v2.6.12\n", "vue", "2.6.12"),
        ("vue.global.prod.js", "/**\n* vue v3.4.21\n", "vue", "3.4.21"),
        ("react-dom.production.min.js", "/** @license React v16.13.1\n * react-dom.production", "react-dom", "16.13.1"),
        ("lodash.min.js", ';var xe={};An.VERSION="4.17.15",An.templateSettings', "lodash", "4.17.15"),
        ("underscore-min.js", "//     Underscore.js 1.9.1\n", "underscore", "1.9.1"),
        ("handlebars.min.js", "/**!\n\n @license\n handlebars v4.7.6\n", "handlebars", "4.7.6"),
        ("dojo.js", 'dojo.version = { major: 1, minor: 9, patch: 3, flag: ""', "dojo", "1.9.3"),
        ("three.min.js", '"use strict";const REVISION = "120";', "three", "0.120.0"),
        ("ember.debug.js", "/*!\n * @overview  Ember - X\n * @license MIT\n * @version   3.18.0\n", "ember", "3.18.0"),
        ("prototype.js", "/*  Prototype JavaScript framework, version 1.7.3\n", "prototypejs", "1.7.3"),
        ("tinymce.min.js", "/**\n * Version: 5.1.0 (2019-10-17)\n */", "tinymce", "5.1.0"),
        ("purify.min.js", 'return r(e)};if(u.version="2.0.7",u.removed=[],!o)', "dompurify", "2.0.7"),
        ("Chart.min.js", "/*!\n * Chart.js v2.9.3\n * https://www.chartjs.org\n", "chart.js", "2.9.3"),
        ("jquery-3.5.0-rc.1.js", "// jQuery JavaScript Library v3.5.0-rc.1\n", "jquery", "3.5.0-rc.1"),
    ],
)
def test_a_banner_has_the_version(file, content, name, version):
    assert found(file, content) == [(name, version, 0.8)]


def test_the_name_counts_without_a_banner():
    assert found("jquery-3.4.1.min.js", "!function(){}") == [("jquery", "3.4.1", 0.6)]
    assert found("jquery-3.4.1.js", "/*! jQuery v3.6.0 | (c)") == [("jquery", "3.6.0", 0.8)]
    assert found("jquery.js", "$('a')") == []
    assert found("video-1.2.3.js", "a page's own") == []


@pytest.mark.parametrize(
    "path", ["srv/app.js", "srv/jquery.css", "srv/node_modules/jquery/dist/jquery.js", "srv/jquery.cookie.js"]
)
def test_other_files_are_not_read(path):
    assert not wanted(path, 0o644)


def test_a_large_library_without_a_version_is_an_error():
    with pytest.raises(ValueError, match="jquery: its first 2 MiB name no version"):
        found("jquery.js", " " * (SEARCHED_BYTES + 1))


HOSTILE_BYTES = 150_000  # a few ms; quadratic: half a minute


def test_time_grows_with_size():
    starts = ("var VERSION = ", "MooTools ", "@overview Ember - \n", "CKEDITOR=", "jPlayer \n", "\n", "version ")

    for library in set(by_stem().values()):
        for banner in library.banners:
            for text in (*starts, banner.partition("<")[0].replace("\\", "")[:12] or "a"):
                with ends((library.name, banner, text)):
                    _compiled(banner).search((text * (HOSTILE_BYTES // len(text))).encode())
