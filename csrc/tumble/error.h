#pragma once
/// Typed errors of the core. Every message is lower case, has no full stop, names the argument in backticks and says
/// "expected X, got Y", then the cure if it is known. A face catches `Error` at its boundary and translates it once.

#include <cstdint>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace tumble {

/// Base of all errors that the core throws on purpose.
class Error : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
    Error(const std::string& text, std::vector<std::int64_t> atoms)
        : std::runtime_error(text), atoms_(std::move(atoms)) {}

    /// Indices of the atoms that the text counts from 0, for faces whose users know atoms by another number.
    const std::vector<std::int64_t>& atoms() const { return atoms_; }

  private:
    std::vector<std::int64_t> atoms_;
};

/// The model file is missing, unreadable, truncated or no Tumble model.
class ModelFileError : public Error {
  public:
    using Error::Error;
};

/// A field of `tumble.json` is missing or wrong.
class MetadataError : public ModelFileError {
  public:
    using ModelFileError::ModelFileError;
};

/// The model doesn't reproduce the reference structures that it carries.
class ReferenceMismatch : public ModelFileError {
  public:
    using ModelFileError::ModelFileError;
};

/// A structure can't be evaluated: shapes, species, cell or positions are wrong.
class StructureError : public Error {
  public:
    using Error::Error;
};

/// An option has a value that isn't understood.
class ConfigurationError : public Error {
  public:
    using Error::Error;
};

/// The device isn't there.
class DeviceError : public Error {
  public:
    using Error::Error;
};

/// The model failed during an evaluation: an exception inside, a wrong shape, NaN, or out of memory.
class EvaluationError : public Error {
  public:
    using Error::Error;
};

/// A peer on a socket can't be reached or went away.
class ConnectionError : public Error {
  public:
    using Error::Error;
};

/// A peer on a socket broke the protocol.
class ProtocolError : public Error {
  public:
    using Error::Error;
};

/// Concatenates the arguments, written with `operator<<`, into one message.
template <typename... Args>
std::string message(const Args&... args) {
    std::ostringstream stream;
    stream.precision(10);
    (stream << ... << args);
    return stream.str();
}

}  // namespace tumble
