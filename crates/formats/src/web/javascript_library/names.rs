//! What libraries are called elsewhere than at npm.

/// `(name of a file without version and ending, or of a folder at a delivery network; npm's name)`, both in lower case, the first
/// in order.
static NAMES: &[(&str, &str)] = &[
    ("alpine", "alpinejs"),
    ("alpinejs", "alpinejs"),
    ("angular", "angular"),
    ("angular-sanitize", "angular-sanitize"),
    ("angular.js", "angular"),
    ("angularjs", "angular"),
    ("axios", "axios"),
    ("backbone", "backbone"),
    ("backbone.js", "backbone"),
    ("blueimp-file-upload", "blueimp-file-upload"),
    ("bootstrap", "bootstrap"),
    ("bootstrap-select", "bootstrap-select"),
    ("bootstrap-table", "bootstrap-table"),
    ("bootstrap.bundle", "bootstrap"),
    ("chart", "chart.js"),
    ("chart.js", "chart.js"),
    ("chartjs", "chart.js"),
    ("ckeditor", "ckeditor4"),
    ("clipboard", "clipboard"),
    ("clipboard.js", "clipboard"),
    ("core-js", "core-js"),
    ("crypto-js", "crypto-js"),
    ("d3", "d3"),
    ("datatables", "datatables.net"),
    ("datatables.net", "datatables.net"),
    ("dompurify", "dompurify"),
    ("dropzone", "dropzone"),
    ("echarts", "echarts"),
    ("ember", "ember-source"),
    ("ember.js", "ember-source"),
    ("fancybox", "@fancyapps/fancybox"),
    ("flowbite", "flowbite"),
    ("froala-editor", "froala-editor"),
    ("fullcalendar", "fullcalendar"),
    ("gsap", "gsap"),
    ("hammer", "hammerjs"),
    ("hammer.js", "hammerjs"),
    ("handlebars", "handlebars"),
    ("handlebars.js", "handlebars"),
    ("highcharts", "highcharts"),
    ("highlight", "highlight.js"),
    ("highlight.js", "highlight.js"),
    ("htmx", "htmx.org"),
    ("jplayer", "jplayer"),
    ("jquery", "jquery"),
    ("jquery-migrate", "jquery-migrate"),
    ("jquery-mobile", "jquery-mobile"),
    ("jquery-ui", "jquery-ui"),
    ("jquery-validate", "jquery-validation"),
    ("jquery-validation", "jquery-validation"),
    ("jquery.datatables", "datatables.net"),
    ("jquery.fileupload", "blueimp-file-upload"),
    ("jquery.mobile", "jquery-mobile"),
    ("jquery.ui", "jquery-ui"),
    ("jquery.validate", "jquery-validation"),
    ("jquerymobile", "jquery-mobile"),
    ("jqueryui", "jquery-ui"),
    ("jszip", "jszip"),
    ("knockout", "knockout"),
    ("leaflet", "leaflet"),
    ("lodash", "lodash"),
    ("lodash.js", "lodash"),
    ("markdown-it", "markdown-it"),
    ("marked", "marked"),
    ("mathjax", "mathjax"),
    ("modernizr", "modernizr"),
    ("moment", "moment"),
    ("moment-timezone", "moment-timezone"),
    ("moment.js", "moment"),
    ("mootools", "mootools"),
    ("mootools-core", "mootools"),
    ("mustache", "mustache"),
    ("mustache.js", "mustache"),
    ("next", "next"),
    ("pdf", "pdfjs-dist"),
    ("pdf.js", "pdfjs-dist"),
    ("pdfobject", "pdfobject"),
    ("plotly", "plotly.js"),
    ("plotly.js", "plotly.js"),
    ("plupload", "plupload"),
    ("popper", "popper.js"),
    ("popper.js", "popper.js"),
    ("protobuf", "protobufjs"),
    ("prototype", "prototypejs"),
    ("quill", "quill"),
    ("react", "react"),
    ("react-dom", "react-dom"),
    ("require", "requirejs"),
    ("require.js", "requirejs"),
    ("select2", "select2"),
    ("showdown", "showdown"),
    ("slick-carousel", "slick-carousel"),
    ("socket.io", "socket.io-client"),
    ("summernote", "summernote"),
    ("sweetalert2", "sweetalert2"),
    ("swfobject", "swfobject"),
    ("swiper", "swiper"),
    ("three", "three"),
    ("three.js", "three"),
    ("tinymce", "tinymce"),
    ("toastr", "toastr"),
    ("toastr.js", "toastr"),
    ("twitter-bootstrap", "bootstrap"),
    ("ua-parser", "ua-parser-js"),
    ("ua-parser-js", "ua-parser-js"),
    ("underscore", "underscore"),
    ("underscore.js", "underscore"),
    ("video", "video.js"),
    ("video.js", "video.js"),
    ("vue", "vue"),
    ("vue-router", "vue-router"),
    ("vuex", "vuex"),
    ("xlsx", "xlsx"),
    ("zepto", "zepto"),
];

/// npm's name of a library that is called so, in any case.
pub(super) fn package(name: &str) -> Option<&'static str> {
    // Longer than any of them, and not worth copying.
    if name.len() > 64 {
        return None;
    }
    let name = name.to_ascii_lowercase();
    let at = NAMES.binary_search_by(|known| known.0.cmp(&name)).ok()?;
    NAMES.get(at).map(|known| known.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_order_and_are_found() {
        assert!(NAMES.is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!(package("jQueryUI"), Some("jquery-ui"));
        assert_eq!(package("nothing"), None);
    }
}
