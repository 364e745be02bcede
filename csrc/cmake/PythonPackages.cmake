# Libraries that come in Python packages: torch, vesin and nlohmann-json, as plain interface targets. They are found in
# the environment of the Python interpreter that builds. Torch's own CMake package isn't used, since with a CUDA build of
# torch it requires the whole CUDA toolkit, which nothing here needs.

find_package(Python REQUIRED COMPONENTS Interpreter Development.Module)

# Set a variable to the folder of an installed package, which isn't imported.
function(find_python_package name variable)
  execute_process(
    COMMAND ${Python_EXECUTABLE} -c
            "import importlib.util as u, os; s = u.find_spec('${name}'); print(os.path.dirname(s.origin) if s else '')"
    OUTPUT_VARIABLE folder OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  set(${variable} "${folder}" PARENT_SCOPE)
endfunction()

function(require_python_package name variable)
  find_python_package(${name} folder)
  if(NOT folder)
    message(FATAL_ERROR "the Python package `${name}` isn't in the environment of ${Python_EXECUTABLE}; "
                        "install the build requirements of pyproject.toml first")
  endif()
  set(${variable} "${folder}" PARENT_SCOPE)
endfunction()

require_python_package(torch TORCH_FOLDER)
file(STRINGS ${TORCH_FOLDER}/version.py torch_version_line REGEX "^__version__")
string(REGEX MATCH "[0-9]+\\.[0-9]+\\.[0-9]+[^'\"]*" TORCH_VERSION "${torch_version_line}")
message(STATUS "torch ${TORCH_VERSION} in ${TORCH_FOLDER}")
add_library(torch_package INTERFACE)
target_include_directories(torch_package SYSTEM INTERFACE ${TORCH_FOLDER}/include
                                                          ${TORCH_FOLDER}/include/torch/csrc/api/include)
# libtorch.so only loads torch's other libraries, with those for the GPU if there are any; keep it although none of its
# symbols is used
target_link_libraries(
  torch_package INTERFACE -Wl,--no-as-needed ${TORCH_FOLDER}/lib/libtorch.so -Wl,--as-needed
                          ${TORCH_FOLDER}/lib/libtorch_cpu.so ${TORCH_FOLDER}/lib/libc10.so)

require_python_package(vesin VESIN_FOLDER)
add_library(vesin_package INTERFACE)
target_include_directories(vesin_package SYSTEM INTERFACE ${VESIN_FOLDER}/include)
target_link_libraries(vesin_package INTERFACE ${VESIN_FOLDER}/lib/libvesin.so)

require_python_package(nlohmann_json JSON_FOLDER)
add_library(json_package INTERFACE)
target_include_directories(json_package SYSTEM INTERFACE ${JSON_FOLDER}/include)

# pybind11 must use the interpreter found above
require_python_package(pybind11 PYBIND11_FOLDER)
set(PYBIND11_FINDPYTHON ON)
find_package(pybind11 CONFIG REQUIRED PATHS ${PYBIND11_FOLDER}/share/cmake/pybind11 NO_DEFAULT_PATH)
