use super::composed::Foot;

fn foot() -> Foot {}
