'use strict';

module.exports = require('./n8nFolder').remove;
