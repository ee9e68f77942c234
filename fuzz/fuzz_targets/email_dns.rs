//! Records about mail and certificates, as anyone's DNS may answer.

#![no_main]

use bartizan_fuzz::assert_printable;
use formats::web::email_dns::{
    caa::Caa,
    dkim::DkimKey,
    dmarc::Dmarc,
    spf::Spf,
    transport::{MtaStsPolicy, mta_sts_id, tls_report_addresses},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|record: &str| {
    for record in [record, &format!("v=spf1 {record}"), &format!("v=DMARC1;{record}")] {
        if let Some(spf) = Spf::parse(record) {
            let _ = (spf.lookups(), spf.all(), spf.included().count());
            spf.errors.iter().for_each(|error| assert_printable(&error.to_string()));
        }
        if let Some(dmarc) = Dmarc::parse(record) {
            assert!(dmarc.percent <= 100);
        }
        let _ = DkimKey::parse(record);
    }
    let _ = (mta_sts_id(record), tls_report_addresses(record), MtaStsPolicy::parse(record));
    let _ = Caa::new(0, "issue", record);
});
