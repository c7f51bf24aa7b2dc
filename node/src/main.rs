//! The program.

fn main() -> std::process::ExitCode {
    kith::cli::main()
}
