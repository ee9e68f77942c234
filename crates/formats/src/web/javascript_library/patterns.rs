//! What libraries say of themselves. Each pattern is tried around its literal only, and has examples that a test runs.

use model::Confidence;

use super::Evidence;

/// How one library is recognised.
pub(super) struct Pattern {
    /// npm's name.
    pub(super) package: &'static str,
    /// What one pass over a content looks for.
    pub(super) literal: &'static str,
    /// So many bytes before the literal belong to the window in which the expression is tried.
    pub(super) before: usize,
    /// And so many behind it.
    pub(super) after: usize,
    /// `{V}` stands for a version, the first group; `^` is the window's beginning.
    pub(super) regex: &'static str,
    /// Whether a comment or code says it.
    pub(super) evidence: Evidence,
    /// How sure it is.
    pub(super) confidence: Confidence,
    /// The version is one number; at npm it is the middle one.
    pub(super) is_revision: bool,
    /// Contents and the version in each.
    #[cfg_attr(not(test), expect(dead_code, reason = "a test goes over them"))]
    pub(super) examples: &'static [(&'static str, &'static str)],
    /// Contents with the literal that are something else.
    #[cfg_attr(not(test), expect(dead_code, reason = "a test goes over them"))]
    pub(super) counter_examples: &'static [&'static str],
}

const BASE: Pattern = Pattern {
    package: "",
    literal: "",
    before: 0,
    after: 60,
    regex: "",
    evidence: Evidence::Banner,
    confidence: Confidence::High,
    is_revision: false,
    examples: &[],
    counter_examples: &[],
};

/// All of them, in no order that matters.
pub(super) static PATTERNS: [Pattern; 128] = [
    Pattern {
        package: "jquery",
        literal: "jQuery v",
        regex: "^jQuery v{V}",
        examples: &[
            ("/*! jQuery v3.4.1 | (c) JS Foundation", "3.4.1"),
            ("/*! jQuery v1.9.0b1 | x", "1.9.0b1"),
            ("/*! jQuery v4.0.0-beta.2 | x", "4.0.0-beta.2"),
        ],
        counter_examples: &["jQuery validation", "jQuery v. Zepto"],
        ..BASE
    },
    Pattern {
        package: "jquery",
        literal: "jQuery JavaScript Library v",
        regex: "^jQuery JavaScript Library v{V}",
        examples: &[("/*!\n * jQuery JavaScript Library v1.12.4\n", "1.12.4")],
        ..BASE
    },
    Pattern {
        package: "jquery",
        literal: ".prototype={jquery:",
        before: 420,
        after: 8,
        regex: r#"[^.\w][\w$]{1,3}="{V}",[\s\S]{1,350}\.fn=[\w$]{1,3}\.prototype=\{jquery:[\w$]{1,3},"#,
        evidence: Evidence::Code,
        examples: &[(
            r#"},f="3.4.1",k=function(e,t){return new k.fn.init(e,t)},p=/x/g;k.fn=k.prototype={jquery:f,constructor:k"#,
            "3.4.1",
        )],
        counter_examples: &["k.fn=k.prototype={jquery:f,constructor:k"],
        ..BASE
    },
    Pattern {
        package: "jquery",
        literal: r#"selector:"",jquery:""#,
        regex: r#"^selector:"",jquery:"{V}""#,
        evidence: Evidence::Code,
        examples: &[(r#"selector:"",jquery:"1.8.3",length:0"#, "1.8.3")],
        counter_examples: &[r#"selector:"",jquery:"x",length:0"#],
        ..BASE
    },
    Pattern {
        package: "jquery-migrate",
        literal: "jQuery Migrate",
        regex: "^jQuery Migrate(?: -)? v{V}",
        examples: &[
            ("/*! jQuery Migrate v1.4.1 | x", "1.4.1"),
            ("* jQuery Migrate - v3.0.0 - 2016", "3.0.0"),
        ],
        counter_examples: &["jQuery Migrate is here 3.0.0"],
        ..BASE
    },
    Pattern {
        package: "jquery-migrate",
        literal: ".migrateVersion",
        regex: r#"^\.migrateVersion\s?=\s?["\']{V}["\']"#,
        evidence: Evidence::Code,
        examples: &[(r#"n.migrateVersion="3.3.2";"#, "3.3.2")],
        ..BASE
    },
    Pattern {
        package: "jquery-ui",
        literal: "jQuery UI",
        regex: "^jQuery UI(?: -)? v?{V}",
        examples: &[
            ("/*! jQuery UI - v1.12.1 - 2016-09-14", "1.12.1"),
            ("/*!\n * jQuery UI 1.8.20\n", "1.8.20"),
        ],
        counter_examples: &["jQuery UI Touch Punch 0.2.3"],
        ..BASE
    },
    Pattern {
        package: "jquery-ui",
        literal: ".ui.version",
        regex: r#"^\.ui\.version\s?=\s?["\']{V}["\']"#,
        evidence: Evidence::Code,
        examples: &[(r#"t.ui.version="1.13.2";"#, "1.13.2")],
        ..BASE
    },
    Pattern {
        package: "jquery-validation",
        literal: "jQuery Validation Plugin",
        regex: "^jQuery Validation Plugin(?: -)? v?{V}",
        examples: &[
            ("/*! jQuery Validation Plugin - v1.19.0 - 11/28/2018", "1.19.0"),
            (" * jQuery Validation Plugin v1.17.0", "1.17.0"),
        ],
        ..BASE
    },
    Pattern {
        package: "jquery-mobile",
        literal: "jQuery Mobile",
        regex: "^jQuery Mobile(?: -)?(?: Framework)? v?{V}",
        examples: &[("/*! jQuery Mobile v1.4.5 | x", "1.4.5"), ("* jQuery Mobile 1.4.5", "1.4.5")],
        ..BASE
    },
    Pattern {
        package: "blueimp-file-upload",
        literal: "jQuery File Upload",
        regex: "^jQuery File Upload (?:User Interface )?Plugin {V}",
        examples: &[("/*\n * jQuery File Upload Plugin 5.42.3\n", "5.42.3")],
        ..BASE
    },
    Pattern {
        package: "datatables.net",
        literal: "! DataTables ",
        regex: "^! DataTables {V}",
        examples: &[("/*! DataTables 1.10.20\n", "1.10.20")],
        counter_examples: &["/*! DataTables Bootstrap 4 integration"],
        ..BASE
    },
    Pattern {
        package: "bootstrap",
        literal: "Bootstrap v",
        before: 1,
        regex: r#"[^\w-]Bootstrap v{V}"#,
        examples: &[
            ("/*!\n  * Bootstrap v4.3.1 (https://getbootstrap.com/)", "4.3.1"),
            ("/*! Bootstrap v5.0.0-beta1 x", "5.0.0-beta1"),
        ],
        counter_examples: &["React-Bootstrap v2.0.0"],
        ..BASE
    },
    Pattern {
        package: "bootstrap",
        literal: "* Bootstrap: ",
        regex: r#"^\* Bootstrap: [a-z]{3,20}\.js v{V}"#,
        examples: &[(" * Bootstrap: transition.js v3.3.7\n", "3.3.7")],
        ..BASE
    },
    Pattern {
        package: "bootstrap",
        literal: "bootstrap.js v",
        regex: r#"^bootstrap\.js v{V}"#,
        examples: &[("/* bootstrap.js v3.0.0 by @fat and @mdo", "3.0.0")],
        ..BASE
    },
    Pattern {
        package: "bootstrap-select",
        literal: "ootstrap-select v",
        regex: "^ootstrap-select v{V}",
        examples: &[(
            "* Bootstrap-select v1.13.9 (https://developer.snapappointments.com/bootstrap-select)",
            "1.13.9",
        )],
        ..BASE
    },
    Pattern {
        package: "bootstrap-table",
        literal: "ootstrap-table",
        regex: "^ootstrap-table(?: -)? v(?:ersion: )?{V}",
        examples: &[("/**\n * bootstrap-table v1.18.3\n", "1.18.3")],
        ..BASE
    },
    Pattern {
        package: "angular",
        literal: "AngularJS v",
        regex: "^AngularJS v{V}",
        examples: &[("/*\n AngularJS v1.6.9\n (c) 2010", "1.6.9")],
        ..BASE
    },
    Pattern {
        package: "angular",
        literal: r#"full:""#,
        before: 1,
        regex: r#"\{full:"{V}",major:[0-9]"#,
        evidence: Evidence::Code,
        examples: &[(r#"x={full:"1.5.8",major:1,minor:5"#, "1.5.8")],
        counter_examples: &[r#"{full:"1.5.8"}"#],
        ..BASE
    },
    Pattern {
        package: "angular",
        literal: "errors.angularjs.org/",
        regex: r#"^errors\.angularjs\.org/{V}/"#,
        evidence: Evidence::Code,
        confidence: Confidence::Medium,
        examples: &[(r#""\nhttp://errors.angularjs.org/1.2.28/"+(a?"#, "1.2.28")],
        counter_examples: &[r#""https://errors.angularjs.org/""#],
        ..BASE
    },
    Pattern {
        package: "@angular/core",
        literal: "@license Angular v",
        regex: "^@license Angular v{V}",
        examples: &[("/**\n * @license Angular v12.2.0\n", "12.2.0")],
        ..BASE
    },
    Pattern {
        package: "@angular/core",
        literal: "ng-version",
        regex: r#"^ng-version(?:=|["\'],)\s?["\']{V}["\']"#,
        evidence: Evidence::Code,
        examples: &[
            (r#"<app-root ng-version="15.1.2">"#, "15.1.2"),
            (r#"["ng-version","12.2.0"]"#, "12.2.0"),
        ],
        counter_examples: &[r#"["ng-version",e.full]"#],
        ..BASE
    },
    Pattern {
        package: "vue",
        literal: "Vue.js v",
        regex: r#"^Vue\.js v{V}"#,
        examples: &[("/*!\n * Vue.js v2.6.11\n", "2.6.11")],
        ..BASE
    },
    Pattern {
        package: "vue",
        literal: "* vue v",
        regex: r#"^\* vue v{V}"#,
        examples: &[("/**\n* vue v3.4.21\n", "3.4.21")],
        counter_examples: &["* vue v-if"],
        ..BASE
    },
    Pattern {
        package: "vue",
        literal: r#""FunctionalRenderContext",{"#,
        regex: r#"^"FunctionalRenderContext",\{value:[\w$]{1,4}\}\)[,;]\s?[\w$]{1,4}\.version\s?=\s?"{V}""#,
        evidence: Evidence::Code,
        examples: &[(
            r#"Object.defineProperty(Zr,"FunctionalRenderContext",{value:Gt}),Zr.version="2.6.11";"#,
            "2.6.11",
        )],
        ..BASE
    },
    Pattern {
        package: "vue",
        literal: "Vue.version",
        regex: r#"^Vue\.version\s?=\s?["\']{V}["\']"#,
        evidence: Evidence::Code,
        examples: &[("Vue.version = '2.7.14';", "2.7.14")],
        counter_examples: &["Vue.version.split('.')"],
        ..BASE
    },
    Pattern {
        package: "vue-router",
        literal: "vue-router v",
        regex: "^vue-router v{V}",
        examples: &[("/*!\n  * vue-router v4.2.5\n", "4.2.5")],
        ..BASE
    },
    Pattern {
        package: "vuex",
        literal: "* vuex v",
        regex: r#"^\* vuex v{V}"#,
        examples: &[("/*!\n * vuex v4.0.2\n", "4.0.2")],
        ..BASE
    },
    Pattern {
        package: "react",
        literal: "@license React v",
        regex: r#"^@license React v{V}\s{1,6}\*\s{1,6}react\."#,
        examples: &[("/** @license React v16.13.1\n * react.production.min.js\n", "16.13.1")],
        counter_examples: &[
            "/** @license React v16.13.1\n * react-dom.production.min.js",
            "/** @license React v16.13.1\n * react-is.production.min.js",
        ],
        ..BASE
    },
    Pattern {
        package: "react-dom",
        literal: "@license React v",
        regex: r#"^@license React v{V}\s{1,6}\*\s{1,6}react-dom(?:-server[\w.]{0,20})?\."#,
        examples: &[("/** @license React v16.13.1\n * react-dom.production.min.js", "16.13.1")],
        counter_examples: &["/** @license React v0.19.1\n * scheduler.production.min.js"],
        ..BASE
    },
    Pattern {
        package: "react-dom",
        literal: "rendererPackageName:",
        before: 90,
        after: 14,
        regex: r#"version:\s?"{V}"[^}]{0,40}rendererPackageName:\s?"react-dom""#,
        evidence: Evidence::Code,
        examples: &[
            (r#"{bundleType:0,version:"18.2.0",rendererPackageName:"react-dom"}"#, "18.2.0"),
            (r#"version:"17.0.2",rendererPackageName:"react-dom""#, "17.0.2"),
        ],
        counter_examples: &[r#"version:"16.8.0",rendererPackageName:"react-art""#],
        ..BASE
    },
    Pattern {
        package: "react",
        literal: ".useState=function(",
        after: 90,
        regex: r#"^\.useState=function\([\w$]{1,2}\)\{return [\w$]{1,3}(?:\(\)|\.current)\.useState\([\w$]{1,2}\)\}[,;]\s?[\w$]{1,9}\.version="{V}""#,
        evidence: Evidence::Code,
        examples: &[(
            r#"t.useState=function(e){return k().useState(e)},t.version="16.13.1"}"#,
            "16.13.1",
        )],
        counter_examples: &["t.useState=function(e){return k().useState(e)},t.x=1"],
        ..BASE
    },
    Pattern {
        package: "react",
        literal: ".useTransition=function(",
        after: 90,
        regex: r#"^\.useTransition=function\(\)\{return [\w$]{1,3}(?:\(\)|\.current)\.useTransition\(\)\}[,;]\s?[\w$]{1,9}\.version="{V}""#,
        evidence: Evidence::Code,
        examples: &[(
            r#"t.useTransition=function(){return U.current.useTransition()},t.version="18.2.0""#,
            "18.2.0",
        )],
        ..BASE
    },
    Pattern {
        package: "react",
        literal: "* React ",
        regex: r#"^\* React (?:\(with addons\) ?)?v{V}"#,
        examples: &[
            ("/**\n * React v15.3.0\n", "15.3.0"),
            ("/**\n * React (with addons) v0.13.3\n", "0.13.3"),
        ],
        counter_examples: &["* React Router v6.0.0"],
        ..BASE
    },
    Pattern {
        package: "react-dom",
        literal: "* ReactDOM v",
        regex: r#"^\* ReactDOM v{V}"#,
        examples: &[("/**\n * ReactDOM v15.3.0\n", "15.3.0")],
        ..BASE
    },
    Pattern {
        package: "next",
        literal: r#"window.next={version:""#,
        regex: r#"^window\.next=\{version:"{V}""#,
        evidence: Evidence::Code,
        examples: &[(r#"window.next={version:"13.4.1",get router(){"#, "13.4.1")],
        ..BASE
    },
    Pattern {
        package: "next",
        literal: "__NEXT_DATA__",
        before: 330,
        after: 4,
        regex: r#"version="{V}"[\s\S]{0,300}getElementById\("__NEXT_DATA__"\)"#,
        evidence: Evidence::Code,
        confidence: Confidence::Medium,
        examples: &[(
            r#"t.version="10.0.5";var n=JSON.parse(document.getElementById("__NEXT_DATA__").textContent)"#,
            "10.0.5",
        )],
        ..BASE
    },
    Pattern {
        package: "lodash",
        literal: "Lo-Dash ",
        regex: "^Lo-Dash v?{V} [(<l]",
        examples: &[
            ("/**\n * @license\n * Lo-Dash 2.4.1 (Custom Build) <http://lodash.com/>", "2.4.1"),
            ("Lo-Dash 2.4.2 (Custom Build) lodash.com/license", "2.4.2"),
        ],
        ..BASE
    },
    Pattern {
        package: "lodash",
        literal: "lodash ",
        before: 1,
        regex: r#"[*!\s]lodash v?{V} [(<l]"#,
        examples: &[
            ("/**\n * lodash 3.10.1 (Custom Build) <https://lodash.com/>", "3.10.1"),
            (" * lodash 4.0.1 <https://lodash.com/>", "4.0.1"),
        ],
        counter_examples: &["use lodash 4.0.1 now"],
        ..BASE
    },
    Pattern {
        package: "lodash",
        literal: "__lodash_hash_undefined__",
        before: 380,
        after: 0,
        regex: r#"="{V}"[\s\S]{1,320}__lodash_hash_undefined__"#,
        evidence: Evidence::Code,
        examples: &[(
            r#"var o,i="4.17.21",a="Unsupported core-js use. Try https://npms.io/search?q=ponyfill.",u="Expected a function",c="__lodash_hash_undefined__""#,
            "4.17.21",
        )],
        counter_examples: &[r#"c="__lodash_hash_undefined__""#],
        ..BASE
    },
    Pattern {
        package: "lodash",
        literal: r#"["bind","bindKey","curry""#,
        before: 48,
        after: 0,
        regex: r#"\.VERSION="{V}",[\w$]{1,3}\(\["bind","bindKey","curry""#,
        evidence: Evidence::Code,
        examples: &[(
            r#"An.VERSION="4.17.15",r(["bind","bindKey","curry","curryRight""#,
            "4.17.15",
        )],
        ..BASE
    },
    Pattern {
        package: "lodash",
        literal: "large array optimizations",
        before: 90,
        after: 0,
        regex: "VERSION = '{V}';",
        evidence: Evidence::Code,
        examples: &[(
            "var VERSION = '4.17.20';\n\n  /** Used as the size to enable large array optimizations. */",
            "4.17.20",
        )],
        ..BASE
    },
    Pattern {
        package: "underscore",
        literal: "Underscore.js ",
        regex: r#"^Underscore\.js {V}"#,
        examples: &[("//     Underscore.js 1.8.3\n", "1.8.3")],
        ..BASE
    },
    Pattern {
        package: "underscore",
        literal: "_.VERSION",
        before: 1,
        regex: r#"\b_\.VERSION\s?=\s?["\']{V}["\']"#,
        evidence: Evidence::Code,
        confidence: Confidence::Medium,
        examples: &[("_.VERSION = '1.9.1';", "1.9.1"), (r#"m._.VERSION="1.8.3""#, "1.8.3")],
        counter_examples: &["x=_.VERSION"],
        ..BASE
    },
    Pattern {
        package: "backbone",
        literal: "Backbone.js ",
        regex: r#"^Backbone\.js {V}"#,
        examples: &[("//     Backbone.js 1.3.3\n", "1.3.3")],
        ..BASE
    },
    Pattern {
        package: "backbone",
        literal: "Backbone.VERSION",
        regex: r#"^Backbone\.VERSION\s?=\s?["\']{V}["\']"#,
        evidence: Evidence::Code,
        examples: &[("Backbone.VERSION = '1.1.2';", "1.1.2")],
        ..BASE
    },
    Pattern {
        package: "handlebars",
        literal: "handlebars v",
        before: 1,
        regex: r#"[*!\s]handlebars v{V}"#,
        examples: &[("/**!\n\n @license\n handlebars v4.0.11\n", "4.0.11")],
        counter_examples: &["the handlebars v4 engine"],
        ..BASE
    },
    Pattern {
        package: "handlebars",
        literal: "COMPILER_REVISION",
        before: 110,
        after: 0,
        regex: r#"VERSION\s?=\s?["\']{V}["\'][;,][\s\S]{0,60}COMPILER_REVISION"#,
        evidence: Evidence::Code,
        examples: &[
            (
                "var VERSION = '4.7.7';\nexports.VERSION = VERSION;\nvar COMPILER_REVISION = 8;",
                "4.7.7",
            ),
            (r#"b.VERSION="4.7.6";var k=8;b.COMPILER_REVISION=k"#, "4.7.6"),
        ],
        ..BASE
    },
    Pattern {
        package: "handlebars",
        literal: "Handlebars.VERSION",
        regex: r#"^Handlebars\.VERSION\s?=\s?["\']{V}["\']"#,
        evidence: Evidence::Code,
        examples: &[(r#"Handlebars.VERSION = "1.3.0";"#, "1.3.0")],
        ..BASE
    },
    Pattern {
        package: "mustache",
        literal: "mustache.js",
        before: 8,
        regex: r#"name\s?[:=]\s?["\']mustache\.js["\'][,;]\s{0,8}(?:[\w$]{1,9}\.)?version\s?[:=]\s?["\']{V}["\']"#,
        evidence: Evidence::Code,
        examples: &[
            (r#"{name:"mustache.js",version:"4.0.1",tags:"#, "4.0.1"),
            ("name: 'mustache.js',\n    version: '4.2.0',", "4.2.0"),
        ],
        counter_examples: &["// mustache.js is here"],
        ..BASE
    },
    Pattern {
        package: "dompurify",
        literal: "@license DOMPurify ",
        regex: "^@license DOMPurify v?{V}",
        examples: &[("/*! @license DOMPurify 2.3.3 | (c) Cure53", "2.3.3")],
        counter_examples: &["/*! @license DOMPurify | (c)"],
        ..BASE
    },
    Pattern {
        package: "dompurify",
        literal: ".removed=[]",
        before: 48,
        after: 0,
        regex: r#"\.version="{V}",\s?[\w$]{1,4}\.removed=\[\]"#,
        evidence: Evidence::Code,
        examples: &[(r#"n.version="2.0.8",n.removed=[],"#, "2.0.8")],
        counter_examples: &["e.removed=[],"],
        ..BASE
    },
    Pattern {
        package: "axios",
        literal: "xios v",
        before: 2,
        regex: r#"[^\w-][Aa]xios v{V}"#,
        examples: &[
            ("/* axios v0.21.1 | (c) 2020 by Matt Zabriskie */", "0.21.1"),
            ("// Axios v1.6.2 Copyright", "1.6.2"),
            (r#""[Axios v0.27.2] Transitional option"#, "0.27.2"),
        ],
        counter_examples: &["vue-axios v3.5.2"],
        ..BASE
    },
    Pattern {
        package: "ember-source",
        literal: "Ember - JavaScript Application Framework",
        after: 600,
        regex: r#"@version\s{1,6}v?{V}"#,
        examples: &[(
            "/*!\n * @overview  Ember - JavaScript Application Framework\n * @copyright Copyright 2011\n * @license   x\n * @version   2.4.0\n",
            "2.4.0",
        )],
        ..BASE
    },
    Pattern {
        package: "ember-source",
        literal: "Ember.VERSION",
        regex: r#"^Ember\.VERSION\s?=\s?["\']{V}["\']"#,
        evidence: Evidence::Code,
        examples: &[("Ember.VERSION = '1.3.0';", "1.3.0")],
        ..BASE
    },
    Pattern {
        package: "knockout",
        literal: "Knockout JavaScript library v",
        regex: "^Knockout JavaScript library v{V}",
        examples: &[("/*!\n * Knockout JavaScript library v3.4.2\n", "3.4.2")],
        ..BASE
    },
    Pattern {
        package: "d3",
        literal: "d3js.org v",
        regex: r#"^d3js\.org v{V}"#,
        examples: &[("// https://d3js.org v5.16.0 Copyright 2020", "5.16.0")],
        counter_examples: &["// https://d3js.org vs. others"],
        ..BASE
    },
    Pattern {
        package: "d3",
        literal: "d3js.org Version ",
        regex: r#"^d3js\.org Version {V}"#,
        examples: &[("// https://d3js.org Version 4.0.0. Copyright 2016", "4.0.0")],
        ..BASE
    },
    Pattern {
        package: "d3",
        literal: r#"d3={version:""#,
        before: 1,
        regex: r#"[^\w.$]d3=\{version:"{V}""#,
        evidence: Evidence::Code,
        examples: &[(r#"!function(){function n(n){}var d3={version:"3.5.17"}"#, "3.5.17")],
        ..BASE
    },
    Pattern {
        package: "three",
        literal: "Three.js Authors",
        after: 400,
        regex: r#"const [\w$]{1,9}\s?=\s?[\"']{V}[\"']"#,
        evidence: Evidence::Code,
        confidence: Confidence::Medium,
        is_revision: true,
        examples: &[(
            "/**\n * @license\n * Copyright 2010-2021 Three.js Authors\n * SPDX-License-Identifier: MIT\n */\nconst t=\"128\"",
            "0.128.0",
        )],
        ..BASE
    },
    Pattern {
        package: "three",
        literal: "THREE.REVISION",
        regex: r#"^THREE\.REVISION\s?=\s?[\"']{V}[\"']"#,
        evidence: Evidence::Code,
        is_revision: true,
        examples: &[("THREE.REVISION = '73';", "0.73.0")],
        counter_examples: &["if (THREE.REVISION > 90)"],
        ..BASE
    },
    Pattern {
        package: "three",
        literal: "var THREE",
        regex: r#"^var THREE\s?=\s?\{\s?REVISION:\s?[\"']{V}[\"']"#,
        evidence: Evidence::Code,
        is_revision: true,
        examples: &[(r#"var THREE={REVISION:"73"};"#, "0.73.0")],
        ..BASE
    },
    Pattern {
        package: "chart.js",
        literal: "Chart.js v",
        regex: r#"^Chart\.js v{V}"#,
        examples: &[("/*!\n * Chart.js v2.9.3\n", "2.9.3")],
        ..BASE
    },
    Pattern {
        package: "chart.js",
        literal: "* http://chartjs.org/",
        regex: r#"^\* http://chartjs\.org/\s{1,6}\*\s{1,3}Version: {V}"#,
        examples: &[("/*!\n * Chart.js\n * http://chartjs.org/\n * Version: 1.0.2\n", "1.0.2")],
        ..BASE
    },
    Pattern {
        package: "socket.io-client",
        literal: "Socket.IO v",
        regex: r#"^Socket\.IO v{V}"#,
        examples: &[("/*!\n * Socket.IO v4.5.1\n", "4.5.1")],
        ..BASE
    },
    Pattern {
        package: "socket.io-client",
        literal: "ocket.IO.js build:",
        regex: r#"(?i)^ocket\.IO\.js build:{V}"#,
        examples: &[("/*! Socket.IO.js build:0.9.16, development.", "0.9.16")],
        ..BASE
    },
    Pattern {
        package: "moment",
        literal: "moment.js",
        regex: r#"moment\.js\s{1,3}(?://!?|\*)\s?version : {V}"#,
        examples: &[
            ("//! moment.js\n//! version : 2.24.0\n", "2.24.0"),
            ("// moment.js\n// version : 2.0.0\n", "2.0.0"),
        ],
        counter_examples: &["//! moment.js locale configuration"],
        ..BASE
    },
    Pattern {
        package: "moment",
        literal: ".suppressDeprecationWarnings",
        before: 60,
        after: 0,
        regex: r#"\.version="{V}""#,
        evidence: Evidence::Code,
        confidence: Confidence::Medium,
        examples: &[(
            r#".momentProperties=[],n.version="2.10.6",n.suppressDeprecationWarnings=!1"#,
            "2.10.6",
        )],
        ..BASE
    },
    Pattern {
        package: "moment-timezone",
        literal: "moment-timezone.js",
        regex: r#"^moment-timezone\.js\s{1,3}//!\s?version : {V}"#,
        examples: &[("//! moment-timezone.js\n//! version : 0.5.27\n", "0.5.27")],
        ..BASE
    },
    Pattern {
        package: "tinymce",
        literal: "Tiny Technologies, Inc",
        after: 400,
        regex: r#"\* Version: {V} \("#,
        examples: &[(
            "/**\n * Copyright (c) Tiny Technologies, Inc. All rights reserved.\n * Licensed under the LGPL.\n *\n * Version: 5.10.2 (2021-11-17)",
            "5.10.2",
        )],
        ..BASE
    },
    Pattern {
        package: "tinymce",
        literal: "TinyMCE version ",
        regex: "^TinyMCE version {V}",
        examples: &[("/**\n * TinyMCE version 6.2.0 (2022-09-08)\n", "6.2.0")],
        ..BASE
    },
    Pattern {
        package: "ckeditor4",
        literal: r#"={timestamp:""#,
        regex: r#"^=\{timestamp:"[0-9A-Z]{2,8}",version:"{V}"#,
        evidence: Evidence::Code,
        examples: &[(
            r#"a=/(^|.*)ckeditor\.js/i,e={timestamp:"K5H9",version:"4.14.1 (Standard)",revision:"#,
            "4.14.1",
        )],
        ..BASE
    },
    Pattern {
        package: "prototypejs",
        literal: "Prototype JavaScript framework, version ",
        regex: "^Prototype JavaScript framework, version {V}",
        examples: &[("/*  Prototype JavaScript framework, version 1.7.3\n", "1.7.3")],
        ..BASE
    },
    Pattern {
        package: "mootools",
        literal: "MooTools",
        regex: r#"^MooTools\s?=\s?\{\s{0,8}version:\s?['\"]{V}['\"]"#,
        evidence: Evidence::Code,
        examples: &[
            (r#"this.MooTools={version:"1.4.5",build:"#, "1.4.5"),
            ("this.MooTools = {\n\tversion: '1.6.0',", "1.6.0"),
        ],
        counter_examples: &["MooTools 1.6.0 is here"],
        ..BASE
    },
    Pattern {
        package: "highlight.js",
        literal: "ighlight.js v",
        regex: r#"^ighlight\.js v{V}"#,
        examples: &[
            ("/*!\n  Highlight.js v11.7.0 (git: 82688fad18)", "11.7.0"),
            ("/*! highlight.js v9.12.0 | BSD3", "9.12.0"),
        ],
        ..BASE
    },
    Pattern {
        package: "highlight.js",
        literal: ".versionString",
        regex: r#"^\.versionString\s?=\s?["\']{V}["\']"#,
        evidence: Evidence::Code,
        examples: &[(r#"e.versionString="11.7.0""#, "11.7.0")],
        ..BASE
    },
    Pattern {
        package: "marked",
        literal: "marked v",
        before: 1,
        regex: r#"[*/\s]marked v{V} - a markdown"#,
        examples: &[("/**\n * marked v4.0.10 - a markdown parser\n", "4.0.10")],
        counter_examples: &["it is marked v1.0.0"],
        ..BASE
    },
    Pattern {
        package: "markdown-it",
        literal: "markdown-it ",
        before: 2,
        regex: "! markdown-it {V}",
        examples: &[(
            "/*! markdown-it 12.3.2 https://github.com/markdown-it/markdown-it @license MIT */",
            "12.3.2",
        )],
        counter_examples: &["/*! a plugin of markdown-it 1.0.0"],
        ..BASE
    },
    Pattern {
        package: "select2",
        literal: "Select2 ",
        before: 2,
        regex: "[*!] Select2 {V}",
        examples: &[
            ("/*! Select2 4.0.5 | https://github.com/select2", "4.0.5"),
            ("/*!\n * Select2 4.0.13\n", "4.0.13"),
        ],
        counter_examples: &["for Select2 4.0.5"],
        ..BASE
    },
    Pattern {
        package: "swiper",
        literal: "* Swiper ",
        regex: r#"^\* Swiper {V}"#,
        examples: &[("/**\n * Swiper 6.8.4\n", "6.8.4")],
        ..BASE
    },
    Pattern {
        package: "video.js",
        literal: "Video.js ",
        regex: r#"^Video\.js {V}"#,
        examples: &[("/**\n * @license\n * Video.js 7.10.2 <http://videojs.com/>", "7.10.2")],
        ..BASE
    },
    Pattern {
        package: "quill",
        literal: "Quill Editor v",
        regex: "^Quill Editor v{V}",
        examples: &[("/*!\n * Quill Editor v1.3.6\n", "1.3.6")],
        ..BASE
    },
    Pattern {
        package: "pdfjs-dist",
        literal: "pdfjsVersion",
        regex: r#"^pdfjsVersion\s?=\s?['\"]{V}['\"]"#,
        evidence: Evidence::Code,
        examples: &[("const pdfjsVersion = '2.0.943';", "2.0.943")],
        ..BASE
    },
    Pattern {
        package: "alpinejs",
        literal: "flushAndStopDeferringMutations",
        before: 48,
        after: 0,
        regex: r#"version:\s?["\']{V}["\'],\s{0,8}flushAndStopDeferringMutations"#,
        evidence: Evidence::Code,
        examples: &[(r#"version:"3.10.2",flushAndStopDeferringMutations:"#, "3.10.2")],
        ..BASE
    },
    Pattern {
        package: "core-js",
        literal: "Denis Pushkarev",
        before: 140,
        after: 0,
        regex: r#"version:\s?["\']{V}["\'],\s{0,6}mode:[^}]{1,60}copyright:"#,
        evidence: Evidence::Code,
        examples: &[(
            r#".push({version:"3.21.1",mode:n?"pure":"global",copyright:"© 2014-2022 Denis Pushkarev (zloirock.ru)""#,
            "3.21.1",
        )],
        ..BASE
    },
    Pattern {
        package: "hammerjs",
        literal: "Hammer.JS - v",
        regex: r#"^Hammer\.JS - v{V}"#,
        examples: &[("/*! Hammer.JS - v2.0.8 - 2016-04-23", "2.0.8")],
        ..BASE
    },
    Pattern {
        package: "gsap",
        literal: "* GSAP ",
        regex: r#"^\* GSAP {V}"#,
        examples: &[("/*!\n * GSAP 3.6.0\n * https://greensock.com", "3.6.0")],
        ..BASE
    },
    Pattern {
        package: "@popperjs/core",
        literal: "@popperjs/core v",
        regex: "^@popperjs/core v{V}",
        examples: &[("/**\n * @popperjs/core v2.11.6 - MIT License", "2.11.6")],
        ..BASE
    },
    Pattern {
        package: "fullcalendar",
        literal: "FullCalendar v",
        regex: "^FullCalendar v{V}",
        examples: &[("/*!\n * FullCalendar v3.9.0\n", "3.9.0")],
        ..BASE
    },
    Pattern {
        package: "plotly.js",
        literal: "plotly.js v",
        regex: r#"^plotly\.js v{V}"#,
        examples: &[("/**\n* plotly.js v1.58.4\n", "1.58.4")],
        ..BASE
    },
    Pattern {
        package: "leaflet",
        literal: "Leaflet ",
        after: 110,
        regex: r#"^Leaflet {V}[^,\n]{0,60}, a JS library"#,
        examples: &[(
            "/* @preserve\n * Leaflet 1.7.1, a JS library for interactive maps.",
            "1.7.1",
        )],
        counter_examples: &["Leaflet 1.7.1 is out"],
        ..BASE
    },
    Pattern {
        package: "sweetalert2",
        literal: "sweetalert2 v",
        regex: "^sweetalert2 v{V}",
        examples: &[("/*!\n* sweetalert2 v11.4.8\n", "11.4.8")],
        ..BASE
    },
    Pattern {
        package: "clipboard",
        literal: "clipboard.js v",
        regex: r#"^clipboard\.js v{V}"#,
        examples: &[("/*!\n * clipboard.js v2.0.6\n", "2.0.6")],
        ..BASE
    },
    Pattern {
        package: "owl.carousel",
        literal: "Owl Carousel v",
        regex: "^Owl Carousel v{V}",
        examples: &[("/**\n * Owl Carousel v2.3.4\n", "2.3.4")],
        ..BASE
    },
    Pattern {
        package: "summernote",
        literal: "uper simple ",
        regex: "(?i)^uper simple wysiwyg editor v{V}",
        examples: &[
            (" * Super simple wysiwyg editor v0.8.16\n", "0.8.16"),
            ("* Super simple WYSIWYG Editor v0.8.12", "0.8.12"),
        ],
        ..BASE
    },
    Pattern {
        package: "jszip",
        literal: "JSZip v",
        regex: "^JSZip v{V}",
        examples: &[("/*!\n\nJSZip v3.7.1 - A JavaScript class", "3.7.1")],
        ..BASE
    },
    Pattern {
        package: "ua-parser-js",
        literal: "UAParser.js v",
        regex: r#"^UAParser\.js v{V}"#,
        examples: &[("/* UAParser.js v0.7.28\n", "0.7.28")],
        ..BASE
    },
    Pattern {
        package: "mathjax",
        literal: "MathJax",
        regex: r#"^MathJax(?:\.version\s?=\s?|\s?=\s?\{version:\s?)"{V}""#,
        evidence: Evidence::Code,
        examples: &[
            (r#"MathJax.version="2.7.5";"#, "2.7.5"),
            (r#"window.MathJax={version:"3.2.0""#, "3.2.0"),
        ],
        counter_examples: &["MathJax.Hub"],
        ..BASE
    },
    Pattern {
        package: "requirejs",
        literal: "RequireJS ",
        regex: "^RequireJS {V}",
        examples: &[(
            "/** vim: et:ts=4:sw=4:sts=4\n * @license RequireJS 2.1.22 Copyright",
            "2.1.22",
        )],
        ..BASE
    },
    Pattern {
        package: "modernizr",
        literal: "odernizr ",
        before: 4,
        regex: "! [mM]odernizr v?{V}",
        examples: &[("/*! modernizr 3.6.0 (Custom Build) | MIT *", "3.6.0")],
        counter_examples: &["use modernizr 3.6.0"],
        ..BASE
    },
    Pattern {
        package: "modernizr",
        literal: "* Modernizr v",
        regex: r#"^\* Modernizr v{V}"#,
        examples: &[("/*!\n * Modernizr v2.8.3\n", "2.8.3")],
        ..BASE
    },
    Pattern {
        package: "zepto",
        literal: "Zepto v",
        regex: "^Zepto v{V}",
        examples: &[("/* Zepto v1.2.0 - zepto event ajax", "1.2.0")],
        ..BASE
    },
    Pattern {
        package: "highcharts",
        literal: "Highcharts",
        regex: "^Highcharts(?: JS)? v{V}",
        examples: &[("/*\n Highcharts JS v7.2.1 (2019-10-31)", "7.2.1")],
        ..BASE
    },
    Pattern {
        package: "highcharts",
        literal: r#"product:"Highcharts""#,
        regex: r#"^product:"Highcharts",version:"{V}""#,
        evidence: Evidence::Code,
        examples: &[(r#"={product:"Highcharts",version:"6.0.7","#, "6.0.7")],
        ..BASE
    },
    Pattern {
        package: "@fancyapps/fancybox",
        literal: "ancyBox v",
        regex: "(?i)^ancybox v{V}",
        examples: &[("// fancyBox v3.5.7\n", "3.5.7")],
        ..BASE
    },
    Pattern {
        package: "nouislider",
        literal: "noUiSlider - ",
        regex: "^noUiSlider - {V}",
        examples: &[("/*! noUiSlider - 8.5.1 - 2016-04-24", "8.5.1")],
        ..BASE
    },
    Pattern {
        package: "froala-editor",
        literal: "* froala_editor v",
        regex: r#"^\* froala_editor v{V}"#,
        examples: &[("/*!\n * froala_editor v3.2.2 (https://www.froala.com", "3.2.2")],
        ..BASE
    },
    Pattern {
        package: "pdfobject",
        literal: "PDFObject v",
        regex: "^PDFObject v{V}",
        examples: &[("/**\n *  PDFObject v2.2.7\n", "2.2.7")],
        ..BASE
    },
    Pattern {
        package: "protobufjs",
        literal: "protobuf.js v",
        regex: r#"^protobuf\.js v{V}"#,
        examples: &[("/*!\n * protobuf.js v6.11.2 (c) 2016", "6.11.2")],
        ..BASE
    },
    Pattern {
        package: "jplayer",
        literal: "* jPlayer Plugin for jQuery",
        after: 400,
        regex: "Version: {V}",
        examples: &[(
            "/*\n * jPlayer Plugin for jQuery JavaScript Library\n * http://www.jplayer.org\n *\n * Version: 2.9.2\n",
            "2.9.2",
        )],
        ..BASE
    },
    Pattern {
        package: "jplayer",
        literal: "jPlayer ",
        before: 2,
        regex: "! jPlayer {V} for jQuery",
        examples: &[("/*! jPlayer 2.9.2 for jQuery ~ (c)", "2.9.2")],
        ..BASE
    },
    Pattern {
        package: "swfobject",
        literal: "SWFObject v",
        regex: "^SWFObject v{V}",
        examples: &[("/*\tSWFObject v2.2 <http://code.google.com/p/swfobject/>", "2.2")],
        ..BASE
    },
    Pattern {
        package: "svelte",
        literal: "generated by Svelte v",
        regex: "^generated by Svelte v{V}",
        examples: &[("/* App.svelte generated by Svelte v3.55.0 */", "3.55.0")],
        ..BASE
    },
    Pattern {
        package: "plupload",
        literal: "* Plupload - multi-runtime File Uploader",
        regex: r#"\* v{V}"#,
        examples: &[("/**\n * Plupload - multi-runtime File Uploader\n * v2.1.9\n", "2.1.9")],
        ..BASE
    },
    Pattern {
        package: "yui",
        literal: "yui/license.",
        regex: r#"^yui/license\.(?:html|txt)\s{1,4}version: {V}"#,
        examples: &[("http://developer.yahoo.com/yui/license.html\nversion: 2.9.0\n", "2.9.0")],
        ..BASE
    },
    Pattern {
        package: "yui",
        literal: "/*\nYUI ",
        regex: r#"^/\*\nYUI {V}"#,
        examples: &[("/*\nYUI 3.18.1 (build f7e7bcb)\n", "3.18.1")],
        ..BASE
    },
    Pattern {
        package: "showdown",
        literal: "! showdown v ",
        regex: "^! showdown v {V}",
        examples: &[("/*! showdown v 1.9.1 - 02-11-2019 */", "1.9.1")],
        ..BASE
    },
    Pattern {
        package: "c3",
        literal: "c3 = { version: ",
        regex: r#"^c3 = \{ version: "{V}""#,
        evidence: Evidence::Code,
        examples: &[(r#"var c3 = { version: "0.4.10" };"#, "0.4.10")],
        ..BASE
    },
    Pattern {
        package: "@sentry/browser",
        literal: "! @sentry/browser ",
        regex: "^! @sentry/browser {V}",
        examples: &[("/*! @sentry/browser 5.15.0 (deadbeef) | https://github.com", "5.15.0")],
        ..BASE
    },
    Pattern {
        package: "jstree",
        literal: "! jsTree - v",
        regex: "^! jsTree - v{V}",
        examples: &[("/*! jsTree - v3.3.8 - 2019-04-29 - (MIT) */", "3.3.8")],
        ..BASE
    },
    Pattern {
        package: "ckeditor5",
        literal: "CKEDITOR_VERSION",
        regex: r#"^CKEDITOR_VERSION\s?=\s?"{V}""#,
        evidence: Evidence::Code,
        examples: &[(r#"globalThis.CKEDITOR_VERSION="35.0.1";"#, "35.0.1")],
        counter_examples: &["if(globalThis.CKEDITOR_VERSION)throw"],
        ..BASE
    },
    Pattern {
        package: "alasql",
        literal: "AlaSQL v",
        regex: "^AlaSQL v{V}",
        examples: &[("/*! AlaSQL v0.6.5 | (c) 2014", "0.6.5")],
        ..BASE
    },
    Pattern {
        package: "jquery.terminal",
        literal: "This file is part of jQuery Terminal",
        before: 60,
        after: 0,
        regex: r#"version {V}\s{1,4}\*\s{1,4}\* This file is part of jQuery Terminal"#,
        examples: &[(
            "/**@license\n * JQuery Terminal Emulator version 1.21.0\n *\n * This file is part of jQuery Terminal.",
            "1.21.0",
        )],
        ..BASE
    },
    Pattern {
        package: "jquery.terminal",
        literal: r#".terminal={version:""#,
        regex: r#"^\.terminal=\{version:"{V}""#,
        evidence: Evidence::Code,
        examples: &[(r#"e.terminal={version:"2.20.1",date:"#, "2.20.1")],
        ..BASE
    },
    Pattern {
        package: "tableexport.jquery.plugin",
        literal: "TableExport.js v",
        regex: r#"^TableExport\.js v{V}"#,
        examples: &[("/*!\n * TableExport.js v5.2.0 (https://www.travismclarke.com)", "5.2.0")],
        ..BASE
    },
    Pattern {
        package: "echarts",
        literal: ".zrUtil",
        before: 40,
        after: 0,
        regex: r#"\.version="{V}",[\w$]{1,3}\.zrUtil"#,
        evidence: Evidence::Code,
        examples: &[(r#"t.vector=a,t.version="5.3.0",t.zrUtil=b"#, "5.3.0")],
        counter_examples: &["t.zrUtil=b"],
        ..BASE
    },
    Pattern {
        package: "handlebars",
        literal: "Handlebars={VERSION:",
        regex: r#"^Handlebars=\{VERSION:["\']{V}["\']"#,
        evidence: Evidence::Code,
        examples: &[(r#"var Handlebars={VERSION:"1.0.0","#, "1.0.0")],
        ..BASE
    },
    Pattern {
        package: "moment",
        literal: "Moment.js ",
        regex: r#"^Moment\.js {1,9}\| {1,9}version : {V}"#,
        examples: &[("/* Moment.js | version : 2.5.0 | author", "2.5.0")],
        ..BASE
    },
];
