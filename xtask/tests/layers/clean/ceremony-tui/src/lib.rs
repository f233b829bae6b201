mod machine;
mod screen;
