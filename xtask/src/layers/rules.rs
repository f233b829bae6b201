//! The layer rules as data: what each part may not know, and why.

/// One rule, its reason, and what is looked at.
pub(crate) struct Rule {
    /// Names the rule, and the sample under `tests/layers` that breaks it.
    pub(crate) name: &'static str,
    /// Why the rule exists, for whoever broke it.
    pub(crate) reason: &'static str,
    /// What is looked at.
    pub(crate) check: Check,
}

/// What a rule looks at.
pub(crate) enum Check {
    /// The dependency tree of a package (normal and build dependencies).
    Crates(CrateRule),
    /// The paths that source files name, outside tests.
    Sources(SourceRule),
}

/// What may not be in a package's dependency tree.
pub(crate) struct CrateRule {
    /// The package.
    pub(crate) package: &'static str,
    /// Crates that may not be there at all.
    pub(crate) crates: &'static [&'static str],
    /// Features that no crate may have switched on.
    pub(crate) features: &'static [&'static str],
    /// The crates that may have such a feature all the same.
    pub(crate) exceptions: &'static [Exception],
}

/// A crate that is excused from the ban on features.
pub(crate) struct Exception {
    /// The crate.
    pub(crate) name: &'static str,
    /// Why.
    pub(crate) reason: &'static str,
}

/// What some source files may not name.
pub(crate) struct SourceRule {
    /// Where it holds: `a/b` means `a/b.rs` and everything under `a/b/`.
    pub(crate) within: &'static [&'static str],
    /// Where it does not, spelled the same way.
    pub(crate) except: &'static [&'static str],
    /// Paths (`std::net`), words (`async`) and macros (`println!`).
    pub(crate) banned: &'static [&'static str],
}

const NETWORK_CRATES: &[&str] = &[
    "async-std",
    "curl",
    "curl-sys",
    "h2",
    "hickory-proto",
    "hickory-resolver",
    "http",
    "hyper",
    "hyper-util",
    "isahc",
    "libssh2-sys",
    "minreq",
    "native-tls",
    "openssl",
    "openssl-sys",
    "quinn",
    "reqwest",
    "rustls",
    "s2n-tls",
    "sigstore-tuf",
    "smol",
    "socket2",
    "tokio",
    "tough",
    "trust-dns-proto",
    "trust-dns-resolver",
    "tungstenite",
    "ureq",
    "webpki",
    "webpki-roots",
];

const IMPURE: &[&str] = &[
    "std::env",
    "std::fs",
    // The traits of std::io also write into memory; these reach outside.
    "std::io::pipe",
    "std::io::stderr",
    "std::io::stdin",
    "std::io::stdout",
    "std::net",
    "std::os",
    "std::process",
    "std::thread",
    "std::time::SystemTime",
    "std::time::Instant",
    "jiff::Timestamp::now",
    "jiff::Zoned::now",
    "jiff::tz",
    "aws_lc_rs::rand",
    "getrandom",
    "rand",
    "rand_core",
    "tokio",
    "futures",
    "rustix",
    "signal_hook",
    "tracing",
    "async",
    "await",
    "print!",
    "println!",
    "eprint!",
    "eprintln!",
];

/// Every rule.
pub(crate) const RULES: &[Rule] = &[
    Rule {
        name: "ceremony-tui-crates",
        reason: "the ceremony program reaches no network, so it links nothing that could",
        check: Check::Crates(CrateRule {
            package: "ceremony-tui",
            crates: NETWORK_CRATES,
            features: &[],
            exceptions: &[],
        }),
    },
    Rule {
        name: "ceremony-tui-features",
        reason: "a crate with its network half switched on is a network stack",
        check: Check::Crates(CrateRule {
            package: "ceremony-tui",
            crates: &[],
            features: &["net", "http", "https", "tls", "rustls", "native-tls", "socket2"],
            exceptions: &[
                Exception {
                    name: "mio",
                    reason: "crossterm's events ask for it; the program never calls it, and seccomp refuses sockets",
                },
                Exception { name: "linux-raw-sys", reason: "rustix's tables of numbers; it makes no call" },
                Exception {
                    name: "rustix",
                    reason: "the broker makes socket pairs for its token hosts; the sources name no address family",
                },
            ],
        }),
    },
    Rule {
        name: "ceremony-tui-sources",
        reason: "the ceremony program reaches no network: talk to the token host over its socket pair",
        check: Check::Sources(SourceRule {
            within: &["ceremony-tui/src", "airgap-transfer/src"],
            except: &[],
            banned: &[
                "std::net",
                "core::net",
                "mio",
                "rustix::net::SocketAddr",
                "rustix::net::SocketAddrV4",
                "rustix::net::SocketAddrV6",
                "rustix::net::SocketAddrAny",
                "rustix::net::Ipv4Addr",
                "rustix::net::Ipv6Addr",
                "rustix::net::AddressFamily::INET",
                "rustix::net::AddressFamily::INET6",
                "rustix::net::bind",
                "rustix::net::connect",
                "rustix::net::listen",
                "rustix::net::socket",
                "std::os::unix::net::UnixListener",
            ],
        }),
    },
    Rule {
        name: "shared-crates",
        reason: "shared is the domain of both machines: no network, no runtime",
        check: Check::Crates(CrateRule {
            package: "shared",
            crates: NETWORK_CRATES,
            features: &["net", "http", "https", "tls"],
            exceptions: &[],
        }),
    },
    Rule {
        name: "service-crates",
        reason: "TLS is rustls, PKCS#11 is cryptoki, and tough judges us from outside",
        check: Check::Crates(CrateRule {
            package: "online-service",
            crates: &["native-tls", "openssl", "openssl-sys", "pkcs11", "sigstore-tuf", "tough"],
            features: &[],
            exceptions: &[],
        }),
    },
    Rule {
        name: "shared-domain",
        reason: "the domain decides and does nothing else: take bytes, the time and randomness as parameters",
        check: Check::Sources(SourceRule {
            within: &["shared/src"],
            except: &["shared/src/software"],
            banned: IMPURE,
        }),
    },
    Rule {
        name: "ceremony-machine",
        reason: "the machine of the ceremony is pure: ask for an effect, and take its outcome as an event",
        check: Check::Sources(SourceRule {
            within: &["ceremony-tui/src/machine"],
            except: &[],
            banned: IMPURE,
        }),
    },
    Rule {
        name: "ceremony-machine-alone",
        reason: "the machine of the ceremony draws nothing and holds no token: arrows point inward",
        check: Check::Sources(SourceRule {
            within: &["ceremony-tui/src/machine"],
            except: &[],
            banned: &[
                "ratatui",
                "crossterm",
                "age",
                "clap",
                "crate::runner",
                "crate::screen",
                "crate::plain",
                "crate::process",
                "crate::secret",
                "crate::secrets",
                "shared::software",
            ],
        }),
    },
    Rule {
        name: "pcsc-in-its-host",
        reason: "smart cards are asked by piv-host alone: whatever names this library links it",
        check: Check::Sources(SourceRule {
            within: &[
                "ceremony-tui/src",
                "airgap-transfer/src",
                "shared/src",
                "hardware-tests/src",
                "online-service/src",
            ],
            except: &["ceremony-tui/src/bin/piv-host"],
            banned: &["pcsc", "pcsc_sys"],
        }),
    },
    Rule {
        name: "cryptoki-in-its-host",
        reason: "modules of other people are loaded by token-host alone, a process for each",
        check: Check::Sources(SourceRule {
            within: &[
                "ceremony-tui/src",
                "airgap-transfer/src",
                "shared/src",
                "hardware-tests/src",
                "online-service/src",
            ],
            except: &["ceremony-tui/src/bin/token-host"],
            banned: &["cryptoki", "cryptoki_sys"],
        }),
    },
    Rule {
        name: "use-cases",
        reason: "use cases speak to ports: neither the database nor HTTP nor a store is their business",
        check: Check::Sources(SourceRule {
            within: &[
                "online-service/src/usecases",
                "online-service/src/publisher",
                "online-service/src/ports",
            ],
            except: &[],
            banned: &[
                "rusqlite",
                "sqlx",
                "tokio_postgres",
                "axum",
                "hyper",
                "tower",
                "tower_http",
                "object_store",
                "ureq",
                "crate::adapters",
                "crate::http",
                "online_service::adapters",
                "online_service::http",
            ],
        }),
    },
    Rule {
        name: "composition-root",
        reason: "only the composition root picks adapters; everything else takes a port",
        check: Check::Sources(SourceRule {
            within: &["online-service/src"],
            except: &[
                "online-service/src/main",
                "online-service/src/composition",
                "online-service/src/adapters",
            ],
            banned: &["crate::adapters", "online_service::adapters"],
        }),
    },
    Rule {
        name: "update-without-terminal",
        reason: "update turns events into effects: drawing belongs to view, keys to the keymap, doing to the runner",
        check: Check::Sources(SourceRule {
            within: &[
                "ceremony-tui/src/screen/update",
                "ceremony-tui/src/screen/model",
                "ceremony-tui/src/screen/page",
                "ceremony-tui/src/screen/event",
                "ceremony-tui/src/screen/composed",
            ],
            except: &[],
            banned: &[
                "ratatui",
                "crossterm",
                "crate::runner",
                "crate::process",
                "crate::secret",
                "crate::secrets",
                "crate::screen::runner",
                "crate::screen::view",
                "std::fs",
                "std::process",
            ],
        }),
    },
    Rule {
        name: "screen-inward",
        reason: "what is seen does not know who composes, changes or draws it: hand it the data",
        check: Check::Sources(SourceRule {
            within: &[
                "ceremony-tui/src/screen/page",
                "ceremony-tui/src/screen/model",
                "ceremony-tui/src/screen/event",
                "ceremony-tui/src/screen/keymap",
            ],
            except: &[],
            banned: &[
                "crate::screen::composed",
                "crate::screen::update",
                "crate::screen::view",
                "crate::screen::runner",
            ],
        }),
    },
    Rule {
        name: "keys-in-the-keymap",
        reason: "keys mean commands: the keyboard reads them, the keymap says what they mean, nobody else knows one",
        check: Check::Sources(SourceRule {
            within: &["ceremony-tui/src"],
            except: &[
                "ceremony-tui/src/screen/keymap",
                "ceremony-tui/src/screen/runner/keyboard",
                // It switches bracketed paste on and off; it knows no key.
                "ceremony-tui/src/screen/runner/stage",
            ],
            banned: &["ratatui::crossterm::event", "crossterm::event"],
        }),
    },
    Rule {
        name: "view-without-ports",
        reason: "view draws what the model says and does nothing: effects belong to update and runner",
        check: Check::Sources(SourceRule {
            within: &["ceremony-tui/src/screen/view"],
            except: &[],
            banned: &[
                "crate::runner",
                "crate::process",
                "crate::secret",
                "crate::secrets",
                "crate::token",
                "crate::surroundings",
                "crate::screen::runner",
                "crate::screen::update",
                "std::fs",
                "std::process",
                "std::env",
            ],
        }),
    },
];
