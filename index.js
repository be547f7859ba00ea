'use strict';

// n8n finds the nodes through the "n8n" section of package.json; this entry serves scripts that require the package.
module.exports = {
	...require('./dist/credentials/SamoraApi.credentials.js'),
	...require('./dist/nodes/Samora/Samora.node.js'),
	...require('./dist/nodes/SamoraTrigger/SamoraTrigger.node.js'),
	...require('./dist/nodes/SamoraCampaignTrigger/SamoraCampaignTrigger.node.js'),
};
