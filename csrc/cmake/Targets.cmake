# Settings that all binaries of the project share.

include(Sanitize)

set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

# Set the properties of a binary that is installed `depth` folders below the package `tumble`. It finds the libraries of
# other packages by relative paths. A binary in the source tree also needs the absolute paths.
function(tumble_binary target depth folder)
  set(up "$ORIGIN")
  foreach(level RANGE ${depth})
    string(APPEND up "/..")
  endforeach()
  set(rpath "${up}/torch/lib" "${up}/vesin/lib" "${up}/tumble/lib")
  set_target_properties(
    ${target}
    PROPERTIES INSTALL_RPATH "${rpath}"
               # the path of torch at the build, for an environment that uses the packages of another environment
               INSTALL_RPATH_USE_LINK_PATH ON
               CXX_VISIBILITY_PRESET hidden
               VISIBILITY_INLINES_HIDDEN ON)
  target_compile_features(${target} PRIVATE cxx_std_20)
  target_compile_options(${target} PRIVATE -Wall -Wextra $<$<BOOL:${TUMBLE_WERROR}>:-Werror>)
  sanitize(${target})
  if(TUMBLE_IN_SOURCE)
    set_target_properties(${target} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${PROJECT_SOURCE_DIR}/python/tumble${folder})
  endif()
  install(TARGETS ${target} LIBRARY DESTINATION tumble${folder})
endfunction()
