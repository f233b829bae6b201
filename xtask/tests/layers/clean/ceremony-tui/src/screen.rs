mod update;
mod view;
mod viewport;
