//! moment.js
//! version : 2.24.0
//! authors : some
