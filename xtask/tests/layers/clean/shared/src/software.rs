fn generate() {
    aws_lc_rs::rand::fill(&mut []);
}
