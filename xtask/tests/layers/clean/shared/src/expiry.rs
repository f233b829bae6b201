use std::time::Duration;

fn message() -> &'static str {
    r#"std::env::var("HOME") and println!("…")"# // std::process::Command
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    #[test]
    fn files_may_be_read_in_tests() {
        File::open("sample");
        println!("read");
    }
}
