use pcsc::Context;

fn readers(context: &Context) {}
